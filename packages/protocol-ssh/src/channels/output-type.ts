/** Output of a terminal: text with escape sequences. */
export const terminalOutput = 'application/x-terminal'
export const commandOutput = 'text/plain'
export const binaryOutput = 'application/octet-stream'

/**
 * Programs whose output is a protocol of their own: a masker for text would break it. Only commands without anything
 * that a shell could make more of count: the rest is text, whatever it begins with.
 */
const binaryPrograms =
  /^(?:scp(?: -[a-zA-Z]+)* -[tf]|rsync --server|git[- ](?:upload-pack|receive-pack|upload-archive))(?: (?:[\w@%+=:,./~-]+|'[^']*'))*$/

export function outputTypeOf(command: string, hasTerminal: boolean): string {
  if (hasTerminal) return terminalOutput
  return binaryPrograms.test(command) ? binaryOutput : commandOutput
}
