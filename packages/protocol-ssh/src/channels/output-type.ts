/**
 * What commands print is looked through as a terminal shows it, without escape sequences: a colour in the middle of a
 * value must not hide it, with a terminal or without.
 */
export const commandOutput = 'application/vnd.wardgate.terminal'
export const textFile = 'text/plain'
export const binaryOutput = 'application/vnd.wardgate.conversation'

/**
 * Programs whose output is a protocol of their own: a masker for text would break it. Only commands without anything
 * that a shell could make more of count: the rest is text, whatever it begins with.
 */
const binaryPrograms =
  /^(?:scp(?: -[a-zA-Z]+)* -[tf]|rsync --server|git[- ](?:upload-pack|receive-pack|upload-archive))(?: (?:[\w@%+=:,./~-]+|'[^']*'))*$/

export function outputTypeOf(command: string, hasTerminal: boolean): string {
  return !hasTerminal && binaryPrograms.test(command) ? binaryOutput : commandOutput
}
