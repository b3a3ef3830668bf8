import { Session } from './session.mjs'
import { splitStatements } from './split.mjs'
import { fieldsOf, readMessages, say } from './wire.mjs'
import { play, readWireScript } from './wire-script.mjs'

/** What a server answers when a type has no binary form (SQLSTATE 42883 from the output function look-up). */
const noBinary = /no binary output function/

function query(statement) {
  return say.query(statement)
}

function pipeline(format) {
  return (statement) =>
    Buffer.concat([
      say.parse('', statement),
      say.bind('', '', [format]),
      say.describe('P', ''),
      say.execute(''),
      say.sync(),
    ])
}

async function exchange(session, texts, encode) {
  for (const text of texts) {
    // A Sync sent before the rows of COPY FROM is swallowed by copy-in mode, so another one follows them.
    session.onCopyFed = encode === query ? undefined : () => session.write(say.sync())
    if (!(await session.send(encode(text)))) return false
    if (session.closed) break
  }
  return true
}

/** Statements by one protocol in a session that goes on; false when an answer did not come in time. */
export async function ask(session, payload, { protocol, format = 1 }) {
  if (protocol === 'simple') return exchange(session, [payload], query)
  let answered
  for (const statement of await splitStatements(payload)) {
    const before = session.messages.length
    answered = await exchange(session, [statement], pipeline(format))
    const failed = session.messages
      .slice(before)
      .some(({ type, body }) => type === 'E' && noBinary.test(fieldsOf(body).M ?? ''))
    if (failed) answered = await exchange(session, [statement], pipeline(0))
    if (!answered || session.closed) break
  }
  return answered
}

/** The payload by one protocol, as one client would send it; the whole conversation comes back. */
export async function converse(open, payload, protocol) {
  const session = await open()
  const from = session.received.length
  const script = protocol === 'wire' ? readWireScript(payload) : undefined
  const answered =
    script === undefined ? await ask(session, payload, { protocol }) : await play(session, script)
  return conversationOf(session, from, answered)
}

export function conversationOf(session, from, answered) {
  const received = session.received.subarray(from)
  const wasClosed = session.closed
  session.close()
  return { received, answered, closed: wasClosed, ...readOutcome(received) }
}

function readOutcome(received) {
  const errors = []
  const rows = []
  for (const { type, body } of readMessages(received).messages) {
    if (type === 'E') errors.push(fieldsOf(body))
    if (type === 'D' || type === 'd') rows.push(Buffer.concat([Buffer.from(type), body]))
  }
  // Wardgate's refusals carry its own code in the detail; what the target says does not.
  const isRefusal = ({ D = '', H = '' }) =>
    /ERR_[A-Z]+_/.test(D) || /^Parse it again|^Bind it again/.test(H)
  return {
    errors,
    rows,
    refusals: errors.filter(isRefusal),
    targetErrors: errors.filter((error) => !isRefusal(error)),
  }
}

/** Opens sessions through Wardgate that answer every hold with one vote, and keep what they saw of it. */
export function governedOpener(stage, { role, database, approves }) {
  const holds = []
  const open = () =>
    Session.open(
      stage.agent,
      { user: `corpus-${role}`, database, token: stage.token('aiAgent') },
      (id) => holds.push(stage.vote(id, approves).catch((error) => ({ failed: error.message }))),
    )
  return { open, holds }
}

export function directOpener(port, { user, database }) {
  return () => Session.open({ host: '127.0.0.1', port }, { user, database })
}
