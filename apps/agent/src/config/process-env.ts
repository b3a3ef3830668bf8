/** The one place that touches the environment. */
export const processEnv: Readonly<Record<string, string | undefined>> = process.env
