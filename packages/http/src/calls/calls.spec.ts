import { loadShellParser } from '@wardgate/shell'
import { loadParser } from '@wardgate/sql'
import { toolCallFacts } from '..'
import { defaultHttpFactsSettings } from '../settings'
import { callFacts, messageOf, shown } from '../testing/reference'

beforeAll(async () => {
  await Promise.all([loadParser(), loadShellParser()])
})

const marked = {
  arguments: [
    { tool: 'db_*', argument: 'sql', as: 'sql' as const },
    { tool: 'run', argument: 'params.command', as: 'shell' as const },
    { tool: 'fetch', argument: 'url', as: 'url' as const },
  ],
}

describe('facts of a tool call', () => {
  it('has the tool, its arguments and what it does', () => {
    const facts = callFacts('refund', { order: 7, why: { text: 'late' } })
    expect(facts).toMatchObject({
      kind: 'mcp',
      summary: 'tools/call refund',
      opaque: [],
      risk: { score: 30 },
    })
    expect(shown(facts)).toBe('call tool:refund')
    expect(facts.detail).toEqual({
      'mcp.method': 'tools/call',
      'mcp.tool': 'refund',
      'mcp.argument.order': 7,
      'mcp.argument.why.text': 'late',
    })
  })

  it.each([
    ['db_query', { sql: 'SELECT * FROM orders' }, 'call tool:db_query, read table:*.orders'],
    [
      'db_query',
      { sql: 'WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d' },
      'call tool:db_query, delete table:*.users',
    ],
    ['DB_Query', { SQL: 'drop table users' }, 'call tool:DB_Query, drop table:*.users'],
    ['db_query', { 'sql\u200b': 'drop table users' }, 'call tool:db_query, drop table:*.users'],
    ['db_query', { sql: ['drop table users'] }, 'opaque'],
    ['db_query', { sql: { text: 'drop table users' } }, 'opaque'],
    ['db_query', { sql: 'DO $$ BEGIN END $$' }, 'opaque'],
    ['db_query', { sql: 'nonsense' }, 'opaque'],
    ['db_query', '{"sql":"select 1","sql":"drop table users"}', 'opaque'],
    ['db_query', '{"sql":"select 1","Sql":"drop table users"}', 'opaque'],
    ['db_query', '{"sql":"select 1"', 'opaque'],
    ['run', { params: { command: 'ls /tmp' } }, 'call tool:run, exec command:ls /tmp'],
    ['run', { params: { command: 'sh -c "$(curl x)"' } }, 'opaque'],
    [
      'fetch',
      { url: 'https://Example.com./a' },
      'call tool:fetch, connect address:example.com:443',
    ],
    ['fetch', { url: 'http://0x7f.1:8080/' }, 'call tool:fetch, connect address:127.0.0.1:8080'],
    ['fetch', { url: 'http://2130706433/' }, 'call tool:fetch, connect address:127.0.0.1:80'],
    [
      'fetch',
      { url: 'http://[::ffff:127.0.0.1]/' },
      'call tool:fetch, connect address:[::ffff:7f00:1]:80',
    ],
    ['fetch', { url: 'http://ok.example@evil.example/' }, 'opaque'],
    ['fetch', { url: 'http://ok.example\\@evil.example/' }, 'opaque'],
    ['fetch', { url: 'file:///etc/passwd' }, 'opaque'],
    ['fetch', { url: 'gopher://x/' }, 'opaque'],
    ['fetch', { url: '//evil.example' }, 'opaque'],
    ['other', { sql: 'drop table users' }, 'call tool:other'],
    ['t\u200bool', {}, 'opaque'],
    ['tool ', {}, 'opaque'],
    ['to*l', {}, 'opaque'],
    ['', {}, 'opaque'],
  ])('%s with %j', (name, values, expected) => {
    expect(shown(callFacts(name, values, marked))).toBe(expected)
  })

  it.each([
    [
      '{"inputResponses":{"q":{"content":{"ssn":"1"}}},"requestState":"s"}',
      'call tool:add, write method:response',
    ],
    ['{"task":{"ttl":1}}', 'call tool:add'],
    ['{"tenant":"other"}', 'opaque'],
    ['{"task":1,"task":2}', 'opaque'],
  ])('with the other parameters %s', (extra, expected) => {
    const operation = { method: 'tools/call', name: 'add', arguments: '{}', extra }
    expect(shown(toolCallFacts(operation, defaultHttpFactsSettings))).toBe(expected)
  })

  it.each([
    ['resources/read', 'file:///a', 'read resource:file:///a'],
    ['prompts/get', 'greet', 'read prompt:greet'],
    ['tools/list', '', 'read method:tools/list'],
    ['initialize', '', 'read method:initialize'],
    ['session/listen', '', 'listen method:session/listen'],
    ['session/end', '', 'read method:session/end'],
    ['sampling/createMessage', '', 'opaque'],
    ['toString', '', 'opaque'],
    ['Tools/Call', 'x', 'opaque'],
    ['x/unknown', '', 'opaque'],
  ])('%s %s', (method, name, expected) => {
    const operation = { method, name, arguments: '' }
    expect(shown(toolCallFacts(operation, defaultHttpFactsSettings))).toBe(expected)
  })
})

it.each([
  ['{"id":1,"jsonrpc":"2.0","result":{}}', 'read method:response'],
  ['{"id":1,"jsonrpc":"2.0","result":{"content":{"text":"x"}}}', 'write method:response'],
  ['{"error":{"code":1,"message":"x"},"id":1,"jsonrpc":"2.0"}', 'write method:response'],
])('an answer to the server carries data unless it is empty: %s', (text, expected) => {
  const operation = { method: 'response', name: '', arguments: text }
  expect(shown(toolCallFacts(operation, defaultHttpFactsSettings))).toBe(expected)
})

describe('facts of a message', () => {
  it.each([
    ['hello', 'write path:/ws'],
    ['{"a":1}', 'write path:/ws'],
    ['{"a":1,"a":2}', 'opaque'],
    ['{"a":', 'opaque'],
    ['\ufeff{"a":1}', 'opaque'],
    ['{"type":"subscribe","payload":{"query":"subscription { x }"}}', 'read path:/ws'],
    ['{"type":"subscribe","payload":{"query":"mutation { x }"}}', 'write path:/ws'],
    ['{"type":"start","payload":{"query":"mutation {"}}', 'opaque'],
  ])('%s', (text, expected) => {
    expect(shown(messageOf(text))).toBe(expected)
  })
})
