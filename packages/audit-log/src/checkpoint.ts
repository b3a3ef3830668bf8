import { InternalError } from '@wardgate/errors'
import { hashBytes } from './hash'
import { signNote, type NoteKey } from './note'

/** What a log commits to: that its first `size` entries have this root. */
export interface Checkpoint {
  /** Names the log for ever: one line, such as `wardgate.example.com/audit`. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** The checkpoint as a signed note (C2SP tlog-checkpoint). The key bears the name of the log that it signs for. */
export function signCheckpoint(checkpoint: Checkpoint, key: NoteKey): string {
  if (key.name !== checkpoint.origin) {
    throw new InternalError(`the key '${key.name}' cannot sign for the log '${checkpoint.origin}'`)
  }
  return signNote(checkpointText(checkpoint), key)
}

function checkpointText({ origin, size, root }: Checkpoint): string {
  // eslint-disable-next-line no-control-regex -- a control character would break the note's lines
  if (origin === '' || /[\u0000-\u001f\u007f]/.test(origin)) {
    throw new InternalError('the origin of a checkpoint is one line of text')
  }
  if (!(Number.isSafeInteger(size) && size >= 0) || root.length !== hashBytes) {
    throw new InternalError('a checkpoint needs a size and a SHA-256 root')
  }
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}
