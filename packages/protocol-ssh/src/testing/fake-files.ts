import type { Attributes as LibraryAttributes, SFTPWrapper } from 'ssh2'
import { openFlags, statuses } from '../sftp/codes'

/** A file server over a map of paths, in the library's own server mode: an implementation that is not ours. */
export class FakeFiles {
  readonly content: Map<string, Buffer>
  /** Everything that was asked for, one line each. */
  readonly asked: string[] = []
  /** Makes the answer to a READ, byte by byte, in place of the library. */
  readAnswer: ((id: number) => Buffer) | undefined
  /** Answers to READs that wait; undefined = each is sent at once. */
  held: (() => void)[] | undefined
  readonly #handles = new Map<number, { readonly path: string; isListed: boolean }>()
  #next = 0

  constructor(content: Readonly<Record<string, string>> = {}) {
    this.content = new Map(
      Object.entries(content).map(([path, text]) => [path, Buffer.from(text)] as const),
    )
  }

  serve(sftp: SFTPWrapper): void {
    sftp.on('OPEN', (id, path, flags) => {
      this.asked.push(`open ${path} ${flags}`)
      if (flags & openFlags.truncate) this.content.set(path, Buffer.alloc(0))
      if (!this.content.has(path)) return sftp.status(id, statuses.failure, `no ${path}`)
      sftp.handle(id, this.#open(path))
    })
    sftp.on('READ', (id, handle, offset, length) => {
      if (this.readAnswer !== undefined) return sendRaw(sftp, this.readAnswer(id))
      const answer = () => {
        const bytes = this.#content(handle).subarray(offset, offset + length)
        if (bytes.length === 0) sftp.status(id, statuses.eof)
        else sftp.data(id, bytes)
      }
      if (this.held === undefined) answer()
      else this.held.push(answer)
    })
    sftp.on('WRITE', (id, handle, offset, data) => {
      const { path } = this.#handles.get(handle.readUInt32BE())!
      const before = this.#content(handle).subarray(0, offset)
      this.content.set(path, Buffer.concat([before, data]))
      sftp.status(id, statuses.ok)
    })
    sftp.on('CLOSE', (id, handle) => {
      this.#handles.delete(handle.readUInt32BE())
      sftp.status(id, statuses.ok)
    })
    sftp.on('FSTAT', (id, handle) => sftp.attrs(id, this.#attributes(this.#content(handle))))
    sftp.on('LSTAT', (id, path) => {
      this.asked.push(`lstat ${path}`)
      sftp.attrs(id, this.#attributes(this.content.get(path) ?? Buffer.alloc(0)))
    })
    sftp.on('STAT', (id, path) => {
      this.asked.push(`stat ${path}`)
      sftp.attrs(id, this.#attributes(this.content.get(path) ?? Buffer.alloc(0)))
    })
    sftp.on('SETSTAT', (id, path, { mode }) => {
      this.asked.push(`setstat ${path} ${mode.toString(8)}`)
      sftp.status(id, statuses.ok)
    })
    sftp.on('REMOVE', (id, path) => {
      this.asked.push(`remove ${path}`)
      sftp.status(id, this.content.delete(path) ? statuses.ok : statuses.failure)
    })
    sftp.on('RENAME', (id, from, to) => {
      this.asked.push(`rename ${from} ${to}`)
      sftp.status(id, statuses.ok)
    })
    sftp.on('OPENDIR', (id, path) => {
      this.asked.push(`opendir ${path}`)
      sftp.handle(id, this.#open(path))
    })
    sftp.on('READDIR', (id, handle) => {
      const folder = this.#handles.get(handle.readUInt32BE())!
      if (folder.isListed) return sftp.status(id, statuses.eof)
      folder.isListed = true
      const names = [...this.content].map(([path, bytes]) => ({
        filename: path.slice(1),
        longname: `-rw-r--r-- ${path.slice(1)}`,
        attrs: this.#attributes(bytes),
      }))
      sftp.name(id, names)
    })
  }

  #open(path: string): Buffer {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(this.#next)
    this.#handles.set(this.#next, { path, isListed: false })
    this.#next += 1
    return handle
  }

  #content(handle: Buffer): Buffer {
    return this.content.get(this.#handles.get(handle.readUInt32BE())?.path ?? '') ?? Buffer.alloc(0)
  }

  #attributes(bytes: Buffer): LibraryAttributes {
    return { mode: 0o100644, uid: 0, gid: 0, size: bytes.length, atime: 0, mtime: 0 }
  }
}

function sendRaw(sftp: SFTPWrapper, bytes: Buffer): void {
  const { _protocol: protocol, outgoing } = sftp as unknown as {
    readonly _protocol: { channelData(id: number, bytes: Buffer): void }
    readonly outgoing: { readonly id: number }
  }
  protocol.channelData(outgoing.id, bytes)
}
