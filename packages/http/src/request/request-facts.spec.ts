import { loadShellParser } from '@wardgate/shell'
import { loadParser } from '@wardgate/sql'
import { factsOf, shown } from '../testing/reference'

beforeAll(async () => {
  await Promise.all([loadParser(), loadShellParser()])
})

const openapi = {
  servers: [{ url: 'https://api.example.com/v1/' }],
  paths: {
    '/users/{id}': { get: { operationId: 'getUser' }, delete: { operationId: 'deleteUser' } },
    '/users/me': { get: { operationId: 'getMe' } },
    '/reports': { post: { operationId: 'makeReport', 'x-wardgate-action': 'read' } },
  },
}

describe('facts of a request', () => {
  it('has the method, the path, the query, told headers and the fields of a JSON body', () => {
    const facts = factsOf('POST /v1/pay?dry=1&tag=a&tag=b', {
      headers: { accept: 'application/json', cookie: 'x' },
      body: '{"amount":120.5,"to":{"iban":"X","Active":true},"items":[{"sku":"a"},{"sku":"b"}],"none":null}',
    })
    expect(facts).toMatchObject({
      kind: 'http',
      summary: 'POST /v1/pay',
      actions: [{ action: 'write', resource: 'path:/v1/pay' }],
      opaque: [],
      risk: { score: 40 },
    })
    expect(facts.detail).toEqual({
      'http.method': 'POST',
      'http.path': '/v1/pay',
      'http.header.accept': 'application/json',
      'http.header.content-type': 'application/json',
      'http.query.names': ['dry', 'tag'],
      'http.query.dry': '1',
      'http.query.tag': ['a', 'b'],
      'http.contentType': 'application/json',
      'http.body.amount': 120.5,
      'http.body.to.iban': 'X',
      'http.body.to.Active': true,
      'http.body.to.active': true,
      'http.body.items.sku': ['a', 'b'],
      'http.body.none': 'null',
    })
  })

  it.each([
    ['GET /v1/users/7', '/v1/users/{id}', 'getUser', 'read path:/v1/users/7'],
    ['GET /v1/users/me', '/v1/users/me', 'getMe', 'read path:/v1/users/me'],
    ['DELETE /v1/users/7', '/v1/users/{id}', 'deleteUser', 'delete path:/v1/users/7'],
    ['POST /v1/reports', '/v1/reports', 'makeReport', 'read path:/v1/reports'],
    ['GET /v1/users/7/x', undefined, undefined, 'read path:/v1/users/7/x'],
    ['GET /users/7', undefined, undefined, 'read path:/users/7'],
    ['GET /v1/users/', undefined, undefined, 'read path:/v1/users/'],
  ])('%s takes the route of the OpenAPI document', (line, route, operation, does) => {
    const facts = factsOf(line, {}, { openapi })
    expect([facts.detail['http.route'], facts.detail['http.operationId'], shown(facts)]).toEqual([
      route,
      operation,
      does,
    ])
  })

  it("lets the settings' routes go before the document's", () => {
    const routes = [
      { method: '*', path: '/v1/users/{id}', action: 'admin' as const },
      { method: 'POST', path: '/upload', body: 'any' as const },
      { method: 'PURGE', path: '/cache', action: 'delete' as const },
    ]
    const facts = factsOf('GET /v1/users/7', {}, { openapi, routes })
    expect([shown(facts), facts.detail['http.operationId']]).toEqual([
      'admin path:/v1/users/7',
      'getUser',
    ])
    expect(shown(factsOf('POST /upload', { body: 'x', type: 'image/png' }, { routes }))).toBe(
      'write path:/upload',
    )
    expect(shown(factsOf('PURGE /cache', {}, { routes }))).toBe('delete path:/cache')
  })

  it.each([null, 'x', {}, { paths: null }, { paths: { x: 1, '/y': { get: null } }, servers: 'x' }])(
    'has no route by a document that is none: %j',
    (broken) => {
      expect(factsOf('GET /a', {}, { openapi: broken }).detail['http.route']).toBeUndefined()
    },
  )

  it('is opaque when the body was not read', () => {
    const facts = factsOf('PUT /a', { body: '{}', headers: { 'content-encoding': 'gzip' } })
    expect(facts).toMatchObject({
      opaque: [expect.stringContaining('encoded')],
      risk: { score: 100 },
    })
  })
})

describe('GraphQL', () => {
  const graphql = (query: string, more: object = {}) =>
    factsOf('POST /graphql', { body: JSON.stringify({ query, ...more }) })

  it('has the type, the name, the fields at the top and every alias', () => {
    const facts = graphql(
      'query Q { me { x: ssn ...F } all: users { id } } fragment F on U { y: card { n } }',
      { operationName: 'Q' },
    )
    expect(facts.detail).toMatchObject({
      'graphql.type': 'query',
      'graphql.operation': 'Q',
      'graphql.fields': ['me', 'users'],
      'graphql.aliases': ['x:ssn', 'y:card', 'all:users'],
    })
    expect(shown(facts)).toBe('read path:/graphql')
  })

  it.each([
    ['mutation { deleteUser(id: 1) { id } }', {}, 'write path:/graphql'],
    ['query A { a } mutation B { b }', { operationName: 'B' }, 'write path:/graphql'],
    ['query A { a } mutation B { b }', { operationName: 'A' }, 'read path:/graphql'],
    ['query A { a } mutation B { b }', {}, 'opaque'],
    ['subscription { events { id } }', {}, 'read path:/graphql'],
    ['{ a ...F } fragment F on Q { ...F }', {}, 'opaque'],
    ['{ ...Missing }', {}, 'opaque'],
    ['{ a', {}, 'opaque'],
    [`{ ${'a '.repeat(6_000)} }`, {}, 'opaque'],
  ])('%.60s is judged by what runs', (query, more, expected) => {
    expect(shown(graphql(query, more))).toBe(expected)
  })

  it.each([
    ['POST /graphql', '[{"query":"{a}"}]'],
    ['POST /graphql', '{"extensions":{"persistedQuery":{"sha256Hash":"x"}}}'],
    ['POST /graphql?query=mutation%7Bx%7D', '{"query":"{a}"}'],
    ['POST /api/GraphQL/', '{"query":"{a}","Query":"mutation{b}"}'],
    ['GET /graphql', undefined],
  ])('%s with %s does not say what runs', (line, body) => {
    expect(shown(factsOf(line, body === undefined ? {} : { body }))).toBe('opaque')
  })

  it('reads a mutation that is asked by GET as a write, and the type application/graphql', () => {
    expect(shown(factsOf('GET /graphql?query=mutation%7Bx%7D'))).toBe('write path:/graphql')
    expect(shown(factsOf('POST /q', { body: 'mutation{x}', type: 'application/graphql' }))).toBe(
      'write path:/q',
    )
  })
})
