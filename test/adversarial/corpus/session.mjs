import { connect } from 'node:net'
import { fieldsOf, readMessages, say } from './wire.mjs'

const answerMillis = 20_000

/** One client's session, byte by byte; everything that it is ever sent is kept. */
export class Session {
  received = Buffer.alloc(0)
  closed = false
  copyRows
  #read = 0
  #readies = 0
  #waiting
  #socket
  #onHold

  constructor(address, onHold) {
    this.#onHold = onHold
    this.#socket = connect(address.port, address.host)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk])
      this.#take()
      this.#waiting?.()
    })
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => {
      this.closed = true
      this.#waiting?.()
    })
  }

  /** `onHold` is told the id of every approval request that the session waits for. */
  static async open(address, { user, database, token }, onHold = () => undefined) {
    const session = new Session(address, onHold)
    session.write(say.startup(user, database))
    await session.until(() => session.received.length > 0)
    if (token !== undefined) session.write(say.password(token))
    await session.until(() => session.#readies > 0)
    return session
  }

  write(bytes) {
    if (!this.closed) this.#socket.write(bytes)
  }

  /** Writes, and waits for so many more ReadyForQuery or the end; false when neither came in time. */
  send(bytes, readies = 1) {
    const wanted = this.#readies + readies
    this.write(bytes)
    return this.until(() => this.#readies >= wanted)
  }

  async until(holds) {
    const deadline = Date.now() + answerMillis
    while (!holds() && !this.closed) {
      const left = deadline - Date.now()
      if (left <= 0) return false
      await new Promise((done) => {
        const timer = setTimeout(done, left)
        this.#waiting = () => {
          clearTimeout(timer)
          done()
        }
      })
    }
    return true
  }

  get messages() {
    return readMessages(this.received).messages
  }

  close() {
    this.write(say.terminate())
    this.#socket.end()
  }

  destroy() {
    this.#socket.destroy()
  }

  endWriting() {
    this.#socket.end()
  }

  #take() {
    // Bytes of the log-in's single-letter answers never come here: the runner asks for no TLS.
    const { messages, end } = readMessages(this.received, this.#read)
    this.#read = end
    for (const { type, body } of messages) {
      if (type === 'Z') this.#readies += 1
      if (type === 'G') this.#feedCopy(body)
      if (type !== 'N') continue
      const held = /^waiting for approval (\S+):/.exec(fieldsOf(body).M ?? '')
      if (held !== null) this.#onHold(held[1])
    }
  }

  /** COPY FROM STDIN gets the lines of `copyRows`, or one row of NULLs. */
  #feedCopy(body) {
    const nulls = Array(body.readInt16BE(1)).fill('\\N').join('\t')
    const lines = this.copyRows ?? [nulls]
    this.write(Buffer.concat([...lines.map((line) => say.copyData(`${line}\n`)), say.copyDone()]))
    this.onCopyFed?.()
  }
}
