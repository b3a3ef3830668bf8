import { readRowDescription, type FieldDescription } from '../wire'

/** Longer ones are read each time: what is remembered has a bound. */
const MAX_REMEMBERED_BYTES = 4_096

/** The results of one session are mostly alike: to compare their description costs far less than to read it. */
export class LastDescription {
  private body: Buffer | undefined
  private columns: readonly FieldDescription[] = []

  read(body: Buffer): readonly FieldDescription[] {
    if (this.body?.equals(body) === true) return this.columns
    this.columns = readRowDescription(body)
    this.body = body.length > MAX_REMEMBERED_BYTES ? undefined : Buffer.from(body)
    return this.columns
  }
}
