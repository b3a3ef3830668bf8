import type { AllowGrant } from './decision'

/** What a grant may ask of the agent beside letting the operation run. */
export const obligations = [
  'row-limit',
  'hourly-row-limit',
  'time-limit',
  'read-only',
  'lines',
  'recording',
  'mask-columns',
  'mask-detectors',
  'mask-paths',
  'mask-headers',
] as const
export type Obligation = (typeof obligations)[number]

const asked: Readonly<Record<Obligation, (grant: AllowGrant) => boolean>> = {
  'row-limit': ({ rowLimit }) => rowLimit !== undefined,
  'hourly-row-limit': ({ hourlyRowLimit }) => hourlyRowLimit !== undefined,
  'time-limit': ({ timeLimit }) => timeLimit !== undefined,
  'read-only': ({ readOnly }) => readOnly,
  lines: ({ lines }) => lines === true,
  recording: ({ recording }) => recording !== 'off',
  'mask-columns': ({ masking: { columns, origins, unknownOrigin } }) =>
    columns.length > 0 || origins.length > 0 || unknownOrigin !== undefined,
  'mask-detectors': ({ masking }) => masking.detectors.length > 0,
  'mask-paths': ({ masking }) => (masking.paths ?? []).length > 0,
  'mask-headers': ({ masking }) => (masking.headers ?? []).length > 0,
}

/** What the grant asks for and the agent has not said that it fulfils. */
export function unfulfilled(
  grant: AllowGrant,
  fulfils: ReadonlySet<Obligation>,
): readonly Obligation[] {
  return obligations.filter((obligation) => !fulfils.has(obligation) && asked[obligation](grant))
}
