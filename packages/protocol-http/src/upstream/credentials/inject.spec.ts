import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { TargetCredential } from '@wardgate/gateway'
import type { Outgoing } from '../outgoing'
import { AccessTokens } from './access-tokens'
import { inject } from './inject'

const outgoing: Outgoing = {
  method: 'GET',
  scheme: 'https',
  authority: 'example.amazonaws.com',
  path: '/',
  query: '',
  headers: [{ name: 'x-api-key', value: 'mine' }],
  body: undefined,
  length: undefined,
}

const headersOf = (sent: Outgoing) => sent.headers.map(({ name, value }) => `${name}: ${value}`)

async function injected(credential: TargetCredential, rest: Partial<Outgoing> = {}) {
  return inject({ ...outgoing, ...rest }, credential, new AccessTokens())
}

it('sends user and password as Basic, in UTF-8', async () => {
  const sent = await injected({ kind: 'password', user: 'Aladdin', password: 'open sesame' })
  expect(headersOf(sent)).toContain('authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
})

it('sends a bearer token', async () => {
  const sent = await injected({ kind: 'bearer', token: 't' })
  expect(headersOf(sent)).toContain('authorization: Bearer t')
})

it("puts its key in the place of the client's", async () => {
  const key = { kind: 'api-key', in: 'header', name: 'X-Api-Key', value: 'ours' } as const
  expect(headersOf(await injected(key))).toEqual(['x-api-key: ours'])
})

it('takes a name with "_" for the same, as CGI and WSGI targets do', async () => {
  const key = { kind: 'api-key', in: 'header', name: 'X-Api-Key', value: 'ours' } as const
  const headers = [{ name: 'x_api-key', value: 'mine' }]
  expect(headersOf(await injected(key, { headers }))).toEqual(['x-api-key: ours'])
})

it('puts its key into the query, and no other of that name', async () => {
  const key = { kind: 'api-key', in: 'query', name: 'api key', value: 'o&s' } as const
  const query = 'api+key=mine&a=1&api%20key=mine&%61pi key=mine'
  expect((await injected(key, { query })).query).toBe('a=1&api%20key=o%26s')
})

it('leaves a request without a credential as it is', async () => {
  expect(await injected({ kind: 'none', user: '' })).toEqual(outgoing)
})

describe('AWS Signature Version 4', () => {
  const credential = {
    kind: 'aws',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: '',
    region: 'us-east-1',
    service: 'service',
  } as const

  beforeEach(() => {
    const now = Date.UTC(2015, 7, 30, 12, 36, 0)
    jest.useFakeTimers({
      now,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'],
    })
  })

  afterEach(() => jest.useRealTimers())

  // get-vanilla of the published test suite
  it('signs as the published vector does', async () => {
    const sent = await injected(credential, { headers: [] })
    expect(headersOf(sent)).toEqual([
      'authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
      'x-amz-date: 20150830T123600Z',
    ])
  })

  it('signs no header that may change on the way', async () => {
    const headers = [
      { name: 'x-forwarded-for', value: '192.0.2.1' },
      { name: 'accept', value: '*/*' },
      { name: 'x-amz-target', value: 'T.Get' },
    ]
    const sent = headersOf(await injected(credential, { headers }))
    expect(sent.join()).toContain('SignedHeaders=host;x-amz-date;x-amz-target,')
    expect(sent).toContain('x-forwarded-for: 192.0.2.1')
  })

  it('signs the body', async () => {
    const signature = async (body: string) =>
      headersOf(await injected(credential, { method: 'POST', body: Buffer.from(body) }))[1]
    expect(await signature('a')).not.toBe(await signature('b'))
  })
})

describe('OAuth 2 client credentials', () => {
  let server: Server
  let asked: string[]
  let answer: { status: number; body: unknown }
  let [raw, location] = ['', '']

  beforeEach(async () => {
    asked = []
    ;[raw, location] = ['', '/']
    answer = { status: 200, body: { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600 } }
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        asked.push(`${request.headers.authorization ?? ''} ${body}`)
        response.setHeader('location', location)
        response.writeHead(answer.status).end(raw || JSON.stringify(answer.body))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  afterEach(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })

  const client = () => ({
    kind: 'oauth-client' as const,
    tokenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    clientId: 'id',
    clientSecret: 's:ecret',
    scope: 'a b',
  })

  it('fetches a token once for requests that need it at the same time', async () => {
    const tokens = new AccessTokens()
    const sent = await Promise.all([1, 2, 3].map(async () => inject(outgoing, client(), tokens)))
    for (const each of sent) expect(headersOf(each)).toContain('authorization: Bearer at-1')
    expect(asked).toEqual([
      `Basic ${Buffer.from('id:s%3Aecret').toString('base64')} grant_type=client_credentials&scope=a+b`,
    ])
  })

  it('fetches a new one when the target no longer takes it, but not one after the other', async () => {
    let now = 0
    const tokens = new AccessTokens(() => now)
    await inject(outgoing, client(), tokens)
    tokens.forget(client(), 'at-1')
    await inject(outgoing, client(), tokens)
    expect(asked).toHaveLength(1)
    now = 10_000
    tokens.forget(client(), 'at-1')
    await inject(outgoing, client(), tokens)
    expect(asked).toHaveLength(2)
  })

  it('keeps what another request has fetched when the one before it is refused late', async () => {
    let now = 0
    const tokens = new AccessTokens(() => now)
    await inject(outgoing, client(), tokens)
    now = 10_000
    tokens.forget(client(), 'at-1')
    answer.body = { access_token: 'at-2' }
    await inject(outgoing, client(), tokens)
    now = 20_000
    tokens.forget(client(), 'at-1')
    await inject(outgoing, client(), tokens)
    expect(asked).toHaveLength(2)
  })

  it('goes nowhere that the endpoint redirects to', async () => {
    answer = { status: 307, body: {} }
    location = '/token?again'
    await expect(injected(client())).rejects.toMatchObject({
      code: 'ERR_TARGET_REFUSED_CREDENTIAL',
    })
    expect(asked).toHaveLength(1)
  })

  it('reads no more of an answer than a token needs', async () => {
    const sent = jest.fn()
    server.removeAllListeners('request')
    server.on('request', (_request, response: ServerResponse) => {
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(64 * 1024))) sent()
      }
      response.on('drain', more)
      more()
    })
    await expect(injected(client())).rejects.toMatchObject({
      cause: { message: 'the answer of the token endpoint is too large' },
    })
  })

  it('quotes nothing of an answer that it cannot read', async () => {
    answer.body = undefined
    raw = 'tok-5f2a91c7e0'
    const error: unknown = await injected(client()).catch((caught: unknown) => caught)
    expect(inspect(error, { depth: 9 })).not.toContain('tok-5f')
  })

  it.each([
    ['an error', 401, { error: 'invalid_client' }],
    ['a token that is no header value', 200, { access_token: 'a\r\nb' }],
    ['no token', 200, {}],
    ['a token of another type', 200, { access_token: 'a', token_type: 'mac' }],
  ])('does not go on with %s, and asks again later', async (_title, status, body) => {
    const tokens = new AccessTokens()
    answer = { status, body }
    const refused = { code: 'ERR_TARGET_REFUSED_CREDENTIAL' }
    await expect(inject(outgoing, client(), tokens)).rejects.toMatchObject(refused)
    await expect(inject(outgoing, client(), tokens)).rejects.toMatchObject(refused)
    expect(asked).toHaveLength(2)
  })
})
