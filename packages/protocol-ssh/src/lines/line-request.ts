/** What a line of a restricted shell asks for. The few that the shell itself keeps are taken in their plainest form only. */
export type LineRequest =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'exit'; readonly code: number | undefined }
  /** `word` as it was written: the target's shell reads it. */
  | { readonly kind: 'move'; readonly word: string }
  | { readonly kind: 'home' }
  | { readonly kind: 'back' }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'unset'; readonly name: string }
  | { readonly kind: 'command'; readonly text: string }

const nothing = /^\s*(?:#.*)?$/
const exit = /^\s*(?:exit|logout)(?:\s+(\d{1,3}))?\s*$/
/** A word without anything that a shell expands but the tilde, or one in single quotes. */
const move = /^\s*cd(?:\s+([\w@%+=:,./~][\w@%+=:,./~-]*|'[^']+'))?\s*$/
const back = /^\s*cd\s+-\s*$/
const set = /^\s*export\s+([A-Za-z_]\w*)=(?:([\w@%+=:,./-]*)|'([^']*)')\s*$/
const unset = /^\s*unset\s+([A-Za-z_]\w*)\s*$/

export function readLine(text: string): LineRequest {
  if (nothing.test(text)) return { kind: 'nothing' }
  const exiting = exit.exec(text)
  if (exiting)
    return { kind: 'exit', code: exiting[1] === undefined ? undefined : Number(exiting[1]) & 0xff }
  if (back.test(text)) return { kind: 'back' }
  const moving = move.exec(text)
  if (moving) return moving[1] === undefined ? { kind: 'home' } : { kind: 'move', word: moving[1] }
  const setting = set.exec(text)
  if (setting) return { kind: 'set', name: setting[1] ?? '', value: setting[2] ?? setting[3] ?? '' }
  const unsetting = unset.exec(text)
  if (unsetting) return { kind: 'unset', name: unsetting[1] ?? '' }
  return { kind: 'command', text }
}
