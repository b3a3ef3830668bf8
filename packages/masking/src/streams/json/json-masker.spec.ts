import fc from 'fast-check'
import { leakForms, planOf, shown, streamed } from '../../testing/streams'
import type { MaskMethod } from '../../plan'

const json = 'application/json'
const keep: MaskMethod = { kind: 'partial', keepFirst: 0, keepLast: 4 }

describe('masking of JSON', () => {
  it.each<[string, string, string, string]>([
    ['a bare name at any depth', 'ssn', '{"a":[{"ssn":"x"}]}', '{"a":[{"ssn":"[redacted]"}]}'],
    [
      'a rooted path only there',
      '$.ssn',
      '{"ssn":"x","a":{"ssn":"y"}}',
      '{"ssn":"[redacted]","a":{"ssn":"y"}}',
    ],
    ['elements of arrays', '$.c[*].n', '{"c":[{"n":1},{"n":22}]}', '{"c":[{"n":0},{"n":0}]}'],
    ['one element', '$.c[1]', '{"c":["a","b","c"]}', '{"c":["a","[redacted]","c"]}'],
    [
      'through arrays that a path does not name',
      '$.c.n',
      '{"c":[[{"n":"x"}]]}',
      '{"c":[[{"n":"[redacted]"}]]}',
    ],
    [
      'globs in names',
      '$.*.card_*',
      '{"x":{"card_no":"1","id":2}}',
      '{"x":{"card_no":"[redacted]","id":2}}',
    ],
    [
      'descent in the middle',
      '$.a..z',
      '{"a":{"b":{"z":"x"}},"z":"y"}',
      '{"a":{"b":{"z":"[redacted]"}},"z":"y"}',
    ],
    ['quoted names', "$['a.b']", '{"a.b":"x","a":{"b":"y"}}', '{"a.b":"[redacted]","a":{"b":"y"}}'],
    [
      'whole objects and arrays',
      'p',
      '{"p":{"ssn":"x"},"q":{"p":[1,2,"x"]}}',
      '{"p":{},"q":{"p":[]}}',
    ],
    [
      'other types as such',
      'p',
      '[{"p":true},{"p":null},{"p":-1.5e3}]',
      '[{"p":false},{"p":null},{"p":0}]',
    ],
    [
      'every one of duplicate names',
      'p',
      '{"p":"x","p":"y"}',
      '{"p":"[redacted]","p":"[redacted]"}',
    ],
    ['the whole document', '$', '"x"', '"[redacted]"'],
  ])('masks %s', (_name, path, body, expected) => {
    expect(shown(json, planOf({ paths: [path] }), body)).toBe(expected)
  })

  it.each([
    '{"\\u0073sn":"SECRET"}',
    '{"SSN":"SECRET"}',
    '{"ssn\\u0000":"SECRET"}',
    '{"ssn ":"SECRET"}',
    '{"ｓｓｎ":"SECRET"}',
    '{"ssn%20":"SECRET"}',
    '{"s\\u200bsn":"SECRET"}',
    '{"__proto__":{"ssn":"SECRET"}}',
    '\ufeff{"ssn":"SECRET"}',
    '{"data":"{\\"ssn\\":\\"SECRET\\"}"}',
    '{"data":" [{\\"\\\\u0073sn\\":\\"SECRET\\"}]"}',
    '{"data":"[\\"{\\\\\\"ssn\\\\\\":\\\\\\"SECRET\\\\\\"}\\"]"}',
    '{"ssn":{"value":"SECRET","SECRET":1}}',
    '{"ssn":[[["SECRET"]]]}',
  ])('hides the value under another spelling of the name: %s', (body) => {
    const out = shown(json, planOf({ paths: ['ssn'] }), body)
    expect(out).not.toContain('SECRET')
    expect(() => JSON.parse(out.replace('\ufeff', ''))).not.toThrow()
  })

  it.each<[string, MaskMethod, string, string]>([
    ['partial', keep, '{"p":"4111111111111234"}', '{"p":"************1234"}'],
    ['partial of a width', { ...keep, width: 8 }, '{"p":"4111111111111234"}', '{"p":"****1234"}'],
    ['partial of a number', keep, '{"p":4111111111111234}', '{"p":0}'],
    ['null', { kind: 'null' }, '{"p":"x","q":{"p":[1]}}', '{"p":null,"q":{"p":null}}'],
  ])('applies %s', (_name, method, body, expected) => {
    expect(shown(json, planOf({ paths: ['p'], method }), body)).toBe(expected)
  })

  it.each<MaskMethod>([{ kind: 'hash' }, { kind: 'tokenize' }])('keeps %j joinable', (method) => {
    const plan = planOf({ paths: ['p'], method })
    const [a, b, c] = JSON.parse(shown(json, plan, '[{"p":17},{"p":17},{"p":18}]')) as {
      p: number
    }[]
    expect([typeof a?.p, a?.p === b?.p, a?.p === c?.p]).toEqual(['number', true, false])
  })

  it('finds by detector in values, names, numbers and behind escapes, and keeps the rest of the text', () => {
    const plan = planOf({ detectors: ['email', 'credit_card'] })
    expect(
      shown(
        json,
        plan,
        '{"a":"mail ada\\u0040example.com now","4111111111111111":4111111111111111}',
      ),
    ).toBe('{"a":"mail [redacted] now","[redacted]":0}')
  })

  it('lets a stricter detector win over a path that keeps something', () => {
    const plan = {
      ...planOf({ paths: ['p'], method: keep }),
      detectors: [{ detector: 'credit_card', rule: 'd', method: { kind: 'redact' } as const }],
    }
    expect(shown(json, plan, '{"p":"4111111111111111"}')).toBe('{"p":"[redacted]"}')
  })

  it.each([
    '{"a":1',
    '{"a" 1}',
    '{"a":1,}',
    '[1,]',
    '[1 2]',
    '{a:1}',
    "{'a':1}",
    '{"a":NaN}',
    '[01]',
    '[1.]',
    '[+1]',
    '[1e]',
    '// c\n1',
    '{"a":"\n"}',
    '["\\x41"]',
    '["\\u12"]',
    '[tru]',
    '1 2',
    '[1]]',
    '{"a":1}{"ssn":"x"}',
    '"abc',
    '[.5]',
    '[--1]',
    ')]}\',\n{"ssn":"x"}',
    'callback({"ssn":"x"})',
  ])('refuses what is no JSON, and shows nothing of it afterwards: %s', (body) => {
    expect(() => shown(json, planOf({ paths: ['ssn'] }), body)).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    )
  })

  it('refuses overlong UTF-8, which lenient readers would take for a name', () => {
    const body = Buffer.concat([
      Buffer.from('{"'),
      Buffer.from([0xc1, 0xb3]),
      Buffer.from('sn":1}'),
    ])
    expect(() => streamed(json, planOf({ paths: ['ssn'] }), body)).toThrow('not UTF-8')
  })

  it('refuses what is nested deeper or larger than its limits', () => {
    const plan = planOf({ paths: ['ssn'] })
    expect(() => shown(json, plan, '['.repeat(300))).toThrow('deeper than 256')
    const token = Buffer.alloc(9 * 1024 * 1024, 0x61)
    token[0] = 0x22
    expect(() => streamed(json, plan, token)).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_OVERSIZE' }),
    )
  })

  it('reads documents one behind the other where the type says so', () => {
    const plan = planOf({ paths: ['ssn'] })
    const lines = '{"ssn":"x"}\n{"id":1}\n\n{"ssn":2}\n'
    const expected = '{"ssn":"[redacted]"}\n{"id":1}\n\n{"ssn":0}\n'
    for (const type of ['application/x-ndjson', 'application/jsonl; charset=utf-8'])
      expect(shown(type, plan, lines)).toBe(expected)
    expect(shown('application/json-seq', plan, '\u001e{"ssn":"x"}\n')).toBe(
      '\u001e{"ssn":"[redacted]"}\n',
    )
  })

  const name = fc.constantFrom('ssn', 'id', 'a', 'SSN', 'e\u0301', '')
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, 4111111111111111, 'ada@example.com', '{"ssn":"q"}', 'zoë 😀'),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((all) => Object.fromEntries(all) as unknown),
    ),
  }))
  const document = fc
    .tuple(value, fc.constantFrom(undefined, 2, '\t'))
    .map(([v, space]) => JSON.stringify(v, null, space))
  const cuts = fc.array(fc.nat(), { maxLength: 6 })

  it('gives the same for any split', () => {
    const plan = planOf({ paths: ['ssn'], detectors: ['email', 'credit_card'] })
    fc.assert(
      fc.property(document, cuts, (body, at) => {
        expect(shown(json, plan, body, at)).toBe(shown(json, plan, body))
      }),
    )
  })

  it('gives the same when split at every byte', () => {
    const plan = planOf({ paths: ['ssn'], detectors: ['email'] })
    const body =
      '\ufeff {"ssn" : [1, {"x":"\\ud83d\\ude00"}],"e":"a@b.io","n":-1.5E+3,"t":[true,false,null],"é":"ü"}'
    const every = Array.from({ length: Buffer.from(body).length }, (_all, at) => at)
    expect(shown(json, plan, body, every)).toBe(shown(json, plan, body))
  })

  it('leaves every byte as it was where nothing is masked', () => {
    const plan = planOf({ paths: ['never'], detectors: ['iban'] })
    fc.assert(
      fc.property(document, cuts, (body, at) => {
        expect(shown(json, plan, body, at)).toBe(body)
      }),
    )
  })

  it('never shows a masked value in any readable form', () => {
    const plan = planOf({ paths: ['ssn'] })
    const secret = fc.stringMatching(/^[a-z]{3}[0-9]{6}$/)
    fc.assert(
      fc.property(secret, cuts, fc.constantFrom('ssn', 'SSN', 'ssn '), (hidden, at, as) => {
        const body = JSON.stringify({
          id: 1,
          rows: [{ [as]: hidden }, { [as]: [hidden, { hidden }] }],
        })
        const out = shown(json, plan, body, at)
        for (const form of leakForms(hidden)) expect(out).not.toContain(form)
      }),
    )
  })
})
