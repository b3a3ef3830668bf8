import { errorCodes, type GatewayErrorCode } from './codes'
import type { GatewayError } from './gateway-error'

interface Advised {
  readonly code: GatewayErrorCode
  readonly nextStep?: string | undefined
}

/** What happened, as a client may read it: what must not be exposed is named by what its code means. */
export function textForClients({ code, expose, message }: GatewayError): string {
  return expose ? message : errorCodes[code].meaning
}

/** What to do about it: what this error says, else what its code does. */
export function nextStepOf({ code, nextStep }: Advised): string {
  return nextStep ?? errorCodes[code].nextStep
}
