/** The few messages of protocol 3.0 that the runner sends and reads, written by hand so that no driver tidies them. */
const text = (value) => Buffer.concat([Buffer.from(value), Buffer.from([0])])

function int16(value) {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function message(type, ...parts) {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

export const say = {
  startup(user, database) {
    const body = Buffer.concat([
      int32(196_608),
      ...['user', user, 'database', database, ''].map(text),
    ])
    return Buffer.concat([int32(body.length + 4), body])
  },
  password: (token) => message('p', text(token)),
  query: (sql) => message('Q', text(sql)),
  parse: (name, sql) => message('P', text(name), text(sql), int16(0)),
  bind: (portal, name, formats = [0]) =>
    message(
      'B',
      text(portal),
      text(name),
      int16(0),
      int16(0),
      int16(formats.length),
      ...formats.map(int16),
    ),
  describe: (kind, name) => message('D', Buffer.from(kind), text(name)),
  execute: (portal, rows = 0) => message('E', text(portal), int32(rows)),
  close: (kind, name) => message('C', Buffer.from(kind), text(name)),
  sync: () => message('S'),
  flush: () => message('H'),
  copyData: (bytes) => message('d', Buffer.from(bytes)),
  copyDone: () => message('c'),
  terminate: () => message('X'),
}

/** Whole messages at the front of these bytes, and how many bytes they take. */
export function readMessages(bytes, from = 0) {
  const messages = []
  let at = from
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) break
    messages.push({ type: String.fromCharCode(bytes[at]), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return { messages, end: at }
}

/** Fields of ErrorResponse and NoticeResponse, by their letters. */
export function fieldsOf(body) {
  const fields = {}
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const end = body.indexOf(0, at + 1)
    fields[String.fromCharCode(body[at])] = body.toString('utf8', at + 1, end)
    at = end + 1
  }
  return fields
}
