import fc from 'fast-check'
import {
  bind,
  parse,
  query,
  readBind,
  readInitialMessage,
  readParse,
  readQuery,
  startupMessage,
} from '.'
import { ClientInbox } from '../relay/client-inbox'

const name = fc.string().map((text) => text.replaceAll('\0', ''))
const format = fc.constantFrom(0, 1)

describe('client messages', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(
        name,
        name,
        fc.array(fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes)))),
        fc.array(format),
        (portal, statement, values, resultFormats) => {
          const message = { portal, statement, formats: [1], values, resultFormats }
          expect(readBind(bind(message).subarray(5))).toEqual(message)
          expect(readQuery(query(statement).subarray(5))).toBe(statement)
          const prepared = { name: portal, text: statement, types: resultFormats }
          expect(readParse(parse(prepared).subarray(5))).toEqual(prepared)
        },
      ),
    )
  })

  it('are refused when an inner length does not fit (CVE-2024-27304) or bytes are left over', () => {
    const message = bind({
      portal: '',
      statement: '',
      formats: [],
      values: [Buffer.from('x')],
      resultFormats: [],
    })
    const body = Buffer.from(message.subarray(5))
    body.writeInt32BE(0x7fffffff, 6)
    expect(() => readBind(body)).toThrow('malformed')
    body.writeInt32BE(-2, 6)
    expect(() => readBind(body)).toThrow('malformed')
    expect(() => readQuery(Buffer.from('SELECT 1\0; DELETE\0'))).toThrow('malformed')
    expect(() => readQuery(Buffer.from([0x83, 0x5c, 0]))).toThrow('UTF-8')
  })

  it('refuse a startup parameter that is given twice', () => {
    const message = startupMessage([
      ['user', 'a'],
      ['user', 'b'],
    ])
    expect(() => readInitialMessage(message.subarray(4))).toThrow('given twice')
  })
})

describe('client inbox', () => {
  const frames = [query('SELECT 1'), parse({ name: 's', text: 'SELECT 2', types: [23] }), query('')]
  const whole = Buffer.concat(frames)

  it('yields the same frames wherever the stream is split', () => {
    for (let first = 0; first <= whole.length; first += 1) {
      for (let second = first; second <= whole.length; second += 1) {
        const inbox = new ClientInbox(1_024)
        const seen: Buffer[] = []
        const pieces = [
          whole.subarray(0, first),
          whole.subarray(first, second),
          whole.subarray(second),
        ]
        for (const piece of pieces) {
          if (piece.length > 0) inbox.push(piece)
          while (inbox.next()) seen.push(inbox.frame)
        }
        expect(seen).toEqual(frames)
        expect(inbox.length).toBe(0)
      }
    }
  })

  it('refuses an impossible or oversize length before the body is there', () => {
    for (const length of [-1, 0, 3, 0x7fffffff, 1_024]) {
      const inbox = new ClientInbox(1_024)
      const header = Buffer.from('5100000000', 'hex')
      header.writeInt32BE(length, 1)
      inbox.push(header)
      expect(() => inbox.next()).toThrow()
    }
  })
})
