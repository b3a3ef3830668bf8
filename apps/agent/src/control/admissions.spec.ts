import type { OpenRequest, SessionGrant } from '@wardgate/gateway'
import { fakeGrant } from '@wardgate/gateway/testing'
import { Admissions } from './admissions'

const request: OpenRequest = {
  connection: 'shop',
  protocol: 'postgres',
  unverifiedCredential: 'token',
  database: 'shop',
  clientAddress: '127.0.0.1:1',
  listener: '127.0.0.1:2',
  claimed: {},
}
const proof = {
  algorithm: 'ssh-ed25519',
  publicKey: Buffer.from('k'),
  signed: Buffer.from('s'),
  signature: Buffer.from('t'),
}

let micros: number
let admissions: Admissions
const grant = fakeGrant()

beforeEach(() => {
  micros = 0
  admissions = new Admissions({ now: () => micros / 1000, micros: () => micros })
})
afterEach(() => admissions.clear())

function keep(of: Partial<OpenRequest> = {}, granted: SessionGrant = grant, seconds = 10): void {
  admissions.keep({ ...request, ...of }, granted, 7n, seconds)
}

describe('what the control plane admitted before', () => {
  it('holds for an equal request, whatever the client says of itself and where it comes from', () => {
    keep()
    expect(admissions.find(request, 7n)).toBe(grant)
    const other = { ...request, clientAddress: '10.0.0.1:9', claimed: { tool: 'x' }, listener: 'l' }
    expect(admissions.find(other, 7n)).toBe(grant)
  })

  it.each<[string, Partial<OpenRequest>]>([
    ['another token', { unverifiedCredential: 'token2' }],
    ['another connection', { connection: 'shop2' }],
    ['another database', { database: '' }],
    ['another protocol', { protocol: 'http' }],
    ['a proof of a key', { unverifiedProof: proof }],
  ])('does not hold for %s', (_, of) => {
    keep()
    expect(admissions.find({ ...request, ...of }, 7n)).toBeUndefined()
  })

  it('does not hold in any other epoch, and is gone then', () => {
    keep()
    expect(admissions.find(request, 8n)).toBeUndefined()
    expect(admissions.find(request, 7n)).toBeUndefined()
    keep()
    expect(admissions.find(request, 6n)).toBeUndefined()
  })

  it('holds for the seconds that were given, and for ten at the most', () => {
    keep({}, grant, 3)
    micros = 2_999_999
    expect(admissions.find(request, 7n)).toBe(grant)
    micros = 3_000_000
    expect(admissions.find(request, 7n)).toBeUndefined()
    micros = 0
    keep({}, grant, 3600)
    micros = 10_000_000
    expect(admissions.find(request, 7n)).toBeUndefined()
  })

  it('does not outlive the token', () => {
    const short = fakeGrant({ expiresAt: 2_000 })
    keep({}, short)
    micros = 1_999_000
    expect(admissions.find(request, 7n)).toBe(short)
    micros = 2_000_000
    expect(admissions.find(request, 7n)).toBeUndefined()
  })

  it('is not kept when the control plane does not allow it, nor for a proof of a key', () => {
    keep({}, grant, 0)
    keep({ unverifiedProof: proof })
    expect(admissions.size).toBe(0)
  })

  it('is forgotten when the control plane objects', () => {
    keep()
    keep({ connection: 'other' })
    admissions.forget(request)
    expect(admissions.find(request, 7n)).toBeUndefined()
    expect(admissions.size).toBe(1)
  })

  it('is bounded, and makes room for new ones as the old ones expire', () => {
    for (let at = 0; at < 1_500; at += 1) keep({ connection: `c${at}` })
    expect(admissions.size).toBe(1_000)
    micros = 10_000_001
    keep()
    expect(admissions.size).toBe(1)
    expect(admissions.find(request, 7n)).toBe(grant)
  })
})
