import { type GatewayError, nextStepOf, textForClients } from '@wardgate/errors'

/** As OpenSSH's own programs and shells use it: found, and not permitted to run. */
export const exitRefused = 126
/** OpenSSH's client ends with it when the connection fails; here, when the target is lost. */
export const exitLost = 255

/** What a person or a model reads on stderr. Ends lines as a terminal in raw mode needs it. */
export function refusalText(error: GatewayError, operationId?: string): string {
  const operation = operationId === undefined ? '' : ` (operation ${operationId})`
  return lines([`wardgate: ${reasonOf(error)}${operation}`, `wardgate: ${nextStepOf(error)}`])
}

export function holdText(hold: { approvalId: string; url: string; message: string }): string {
  return lines([
    `wardgate: waiting for approval ${hold.approvalId}: ${hold.message}`,
    `wardgate: ${hold.url}`,
  ])
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${printable(text)}\r\n`).join('')
}

/** Why the connection ends, for the description of a disconnect: OpenSSH's client prints it, and nothing that came just before. */
export function disconnectText(error: GatewayError): string {
  return printable(reasonOf(error))
}

/** Its message where clients may read that, else what its code means. */
export function reasonOf(error: GatewayError): string {
  return `${error.code}: ${textForClients(error)}`
}

/** Text from rules and people must not steer the client's terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
