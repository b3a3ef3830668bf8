import type { Env } from '@wardgate/config'

/** The one place that touches the environment. */
export const processEnv: Env = process.env
