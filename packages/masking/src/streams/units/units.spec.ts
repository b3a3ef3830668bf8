import fc from 'fast-check'
import { leakForms, maskerFor, planOf, shown } from '../../testing/streams'
import type { MaskingPlan, MaskMethod } from '../../plan'

const every = (text: string) => Array.from({ length: Buffer.from(text).length }, (_all, at) => at)
const both = planOf({ paths: ['ssn', '$.user.card'], detectors: ['email'] })

const cases: Record<string, readonly (readonly [string] | readonly [string, string])[]> = {
  'text/event-stream': [
    [
      'event: row\nid: 1\ndata: {"ssn":"x","a":1}\n\n',
      'event: row\nid: 1\ndata: {"ssn":"[redacted]","a":1}\n\n',
    ],
    [
      'data: {"ssn":\ndata: "x"}\n\ndata: [DONE]\n\n',
      'data: {"ssn":\ndata: "[redacted]"}\n\ndata: [DONE]\n\n',
    ],
    [
      ': ada@example.com\r\n\r\ndata:ada@example.com\r\r',
      ': [redacted]\r\n\r\ndata: [redacted]\r\r',
    ],
    ['\n\n\r\ndata: {"a":1}\r\n\r\n:\n\n'],
    ['data: {"ssn":1}', 'data: {"ssn":0}'],
    ['data: "ada\\u0040example.com"\n\n', 'data: "[redacted]"\n\n'],
    ['data: "ada" and "bob"\n\n'],
    ['id: [{"ssn":"x","at":1}]\n\n', 'id: [{"ssn":"[redacted]","at":1}]\n\n'],
    ['id: [x\n: {"ssn":"x"}\n{"ssn":"x"}\n\n', 'id: \n:\n:\n\n'],
    [': ping 1\nid: 7\nretry: 5\n\n'],
  ],
  'application/x-www-form-urlencoded': [
    ['a=1&ssn=x%20y&b', 'a=1&ssn=%5Bredacted%5D&b'],
    [
      'user%5Bcard%5D=1&user[id]=2&%73sn=x',
      'user%5Bcard%5D=%5Bredacted%5D&user[id]=2&ssn=%5Bredacted%5D',
    ],
    ['q=ada%40example.com&%61=%20', 'q=%5Bredacted%5D&%61=%20'],
    ['payload=%7B%22ssn%22%3A%22x%22%7D', 'payload=%7B%22ssn%22%3A%22%5Bredacted%5D%22%7D'],
    ['a+b=%zz&&=&x'],
  ],
  'text/csv': [
    [
      'id,ssn,mail\n1,x,ada@example.com\n2,"y ""z""",-\n',
      'id,ssn,mail\n1,[redacted],[redacted]\n2,"[redacted]",-\n',
    ],
    ['\ufeffSSN;id\r\n"a\r\nb;c";1\r\n', '\ufeffSSN;id\r\n"[redacted]";1\r\n'],
    ['id\n1,surplus\n', 'id\n1,[redacted]\n'],
    ['id,n\r1,2\r\r3,4'],
    ['ada@example.com,x\n1,2\n', '[redacted],x\n1,2\n'],
  ],
  'text/tab-separated-values': [['id\tssn\n1\t"x\n', 'id\tssn\n1\t[redacted]\n']],
  'application/xml': [
    [
      '<?xml version="1.0"?>\n<r><ssn a="x">y</ssn><ssn/><id ssn="z">1</id></r>\n',
      '<?xml version="1.0"?>\n<r><ssn>[redacted]</ssn><ssn/><id ssn="[redacted]">1</id></r>\n',
    ],
    [
      '<ns:r><x:SSN>a<b>c</b></x:SSN><m>ada&#64;example.com</m></ns:r>',
      '<ns:r><x:SSN>[redacted]</x:SSN><m>[redacted]</m></ns:r>',
    ],
    [
      '<r><![CDATA[ada@example.com <b>]]><!-- a@b.io --><?p a@b.io?></r>',
      '<r>[redacted] &lt;b&gt;<!-- [redacted] --><?p [redacted]?></r>',
    ],
    ['<!DOCTYPE html><r a=\'1\' b="x > y">t &amp; &custom; <e/></r>'],
  ],
}

describe.each(Object.entries(cases))('masking of %s', (type, rows) => {
  it.each(rows)('%j', (body: string, expected: string = body) => {
    expect(shown(type, both, body)).toBe(expected)
    expect(shown(type, both, body, every(body))).toBe(expected)
  })

  it('never shows a masked value in any readable form, however it is split', () => {
    const write: Record<string, (secret: string) => string> = {
      'text/event-stream': (s) => `data: ${JSON.stringify({ a: [{ ssn: s }] })}\n\n`,
      'application/x-www-form-urlencoded': (s) =>
        `a=1&ssn=${encodeURIComponent(s)}&u%5Bssn%5D=${encodeURIComponent(s)}`,
      'text/csv': (s) => `a,ssn\n1,"${s}"\n2,${s}\n`,
      'text/tab-separated-values': (s) => `a\tssn\n1\t${s}\n`,
      'application/xml': (s) => `<r><ssn>${s}</ssn><a ssn="${s}"/><ssn><b>${s}</b></ssn></r>`,
    }
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{4}[0-9]{5}$/),
        fc.array(fc.nat(), { maxLength: 5 }),
        (secret, cuts) => {
          const out = shown(type, both, write[type]?.(secret) ?? '', cuts)
          for (const form of leakForms(secret)) expect(out).not.toContain(form)
        },
      ),
    )
  })
})

describe('what cannot be masked', () => {
  it.each([
    ['text/event-stream', 'data: {"ssn":"x"\n\n'],
    ['text/csv', 'a,ssn\n1,"x\n'],
    ['text/csv', 'a,ssn\n"1"x,y\n'],
    ['application/xml', '<r><ssn>x</r>'],
    ['application/xml', '<r><a>'],
    ['application/xml', '<!DOCTYPE r [<!ENTITY s "x">]><r>&s;</r>'],
    ['application/xml', '<?xml version="1.0" encoding="utf-7"?><r/>'],
    ['application/xml', '<r a=1/>'],
    ['application/soap+xml', 'ssn=x'],
  ])('%s is withheld when it is malformed: %j', (type, body) => {
    expect(() => shown(type, both, body)).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    )
  })

  it.each([
    'image/png',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'application/protobuf',
    '',
    'json',
    'application/json; charset=utf-16',
    'text/plain',
    'text/html',
    'application/yaml',
    'text/csv; header=absent',
    'application/json; charset=utf-8; charset=utf-16',
  ])(
    'a body of type "%s" is refused while paths are masked, with the rule and the next step',
    (type) => {
      expect(() => maskerFor(type, both)).toThrow(
        expect.objectContaining({
          code: 'ERR_POLICY_DENIED',
          message: expect.stringContaining('rule p/paths') as string,
          nextStep: expect.stringContaining('unreadable: pass') as string,
        }),
      )
      const passing = maskerFor(type, { ...both, unreadable: 'pass' })
      expect(passing.active).toBe(/^text\/(plain|html)|yaml|^application\/yaml/.test(type))
    },
  )

  describe('that are scanned', () => {
    const scan = (bytes: Buffer, plan: Partial<MaskingPlan> = {}, type = 'image/png') => {
      const masker = maskerFor(type, { ...both, unreadable: 'scan', ...plan })
      const shown = [masker.write(bytes.subarray(0, 3)), masker.write(bytes.subarray(3))]
      return Buffer.concat([...shown, masker.end()])
    }
    const hidden = 'x\0\u0001 mail a.b@example.org \u0002'

    it('pass as they are when no detector finds anything', () => {
      const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff])
      expect(scan(bytes).equals(bytes)).toBe(true)
    })

    it.each([
      ['as ASCII', Buffer.from(hidden)],
      ['as UTF-16', Buffer.from(hidden, 'utf16le')],
    ])('are withheld when one finds something %s', (_how, bytes) => {
      expect(() => scan(bytes)).toThrow(/holds what p\/\w+ masks/)
    })

    it('are withheld when they are too large, and nothing of them was shown', () => {
      const masker = maskerFor('image/png', { ...both, unreadable: 'scan' })
      expect(masker.write(Buffer.alloc(1024 * 1024))).toHaveLength(0)
      expect(() => masker.write(Buffer.alloc(1))).toThrow('longer than 1048576 bytes')
    })

    it.each([
      ['there is no detector', { detectors: [] }, 'image/png'],
      ['there is no detector for text', { detectors: [] }, 'text/plain'],
      ['two programs talk', {}, 'application/vnd.wardgate.conversation'],
    ])('are refused where %s', (_why, plan, type) => {
      expect(() => scan(Buffer.from('abcdef'), plan, type)).toThrow('cannot be masked')
    })
  })

  it('everything passes unread when nothing is masked', () => {
    const masker = maskerFor('image/png', planOf())
    const chunk = Buffer.from([1, 2])
    expect([masker.active, masker.write(chunk)]).toEqual([false, chunk])
  })

  it('nothing comes out of a masker that has failed', () => {
    const masker = maskerFor('application/json', both)
    expect(() => masker.write(Buffer.from('{"a":x'))).toThrow('malformed')
    expect(() => masker.write(Buffer.from('"y"}'))).toThrow('malformed')
    expect(() => masker.end()).toThrow('malformed')
  })

  it('a path that is none is refused instead of left out', () => {
    for (const path of ['', '$.', '$..', '$[', '$.a[b]', '$a', '.a', "$['a", '$.a.'])
      expect(() => maskerFor('application/json', planOf({ paths: [path] }))).toThrow('is no path')
  })
})

it('keeps methods joinable across formats', () => {
  const hash: MaskMethod = { kind: 'hash' }
  const plan = planOf({ paths: ['ssn'], method: hash })
  const inJson = /"ssn":"(\w+)"/.exec(shown('application/json', plan, '{"ssn":"123"}'))?.[1]
  expect(inJson).toHaveLength(32)
  expect(shown('text/csv', plan, 'ssn\n123\n')).toBe(`ssn\n${inJson ?? ''}\n`)
  expect(shown('application/x-www-form-urlencoded', plan, 'ssn=123')).toBe(`ssn=${inJson ?? ''}`)
})
