import { Secret } from '@wardgate/config'
import { startTracing } from './start-tracing'
import { type OtlpCollector, startOtlpCollector } from './testing'

let collector: OtlpCollector

beforeEach(async () => {
  collector = await startOtlpCollector()
})
afterEach(() => collector.stop())

const settings = (more: { headers?: Secret; ratio?: number } = {}) => ({
  endpoint: `${collector.url}/`,
  headers: undefined,
  ratio: 1,
  ...more,
})

describe('traces', () => {
  it('join the trace of the part of ours that names itself as the parent', async () => {
    const tracing = await startTracing('spec', settings())
    const outer = tracing.spans.start('outer', 'client', { 'wardgate.session_id': 's' })
    const inner = tracing.spans.start('inner', 'server', {}, outer.traceparent)
    inner.fail('ERR_POLICY_DENIED')
    inner.end()
    outer.end()
    await tracing.stop()
    const [one, two] = ['outer', 'inner'].map((name) =>
      collector.spans.find((it) => it.name === name),
    )
    expect(two).toMatchObject({ traceId: one?.traceId, parentSpanId: one?.spanId, service: 'spec' })
    expect(two?.attributes).toEqual({ 'error.type': 'ERR_POLICY_DENIED' })
    expect(one).toMatchObject({ parentSpanId: '', attributes: { 'wardgate.session_id': 's' } })
  })

  it.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    `01-${'1'.repeat(32)}-x-01`,
  ])('begin anew when the parent is %j', async (parent) => {
    const tracing = await startTracing('spec', settings())
    tracing.spans.start('alone', 'server', {}, parent).end()
    await tracing.stop()
    expect(collector.spans).toMatchObject([{ parentSpanId: '' }])
  })

  it('carry the headers that the collector asks for', async () => {
    const headers = new Secret('authorization=Bearer%20collector-token, x-tenant=a')
    const tracing = await startTracing('spec', settings({ headers }))
    tracing.spans.start('one', 'server', {}).end()
    await tracing.stop()
    expect(collector.headers[0]).toMatchObject({
      authorization: 'Bearer collector-token',
      'x-tenant': 'a',
    })
  })

  it('leave out what the share leaves out, but follow a parent that is traced', async () => {
    const tracing = await startTracing('spec', settings({ ratio: 0 }))
    tracing.spans.start('dropped', 'server', {}).end()
    tracing.spans.start('kept', 'server', {}, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`).end()
    await tracing.stop()
    expect(collector.spans.map(({ name }) => name)).toEqual(['kept'])
  })

  it('say nothing of the process: no argument, host or environment', async () => {
    const tracing = await startTracing('spec', settings())
    tracing.spans.start('one', 'server', {}).end()
    await tracing.stop()
    const { resourceSpans } = JSON.parse(collector.bodies[0] ?? '') as {
      resourceSpans: { resource: { attributes: unknown[] } }[]
    }
    expect(resourceSpans[0]?.resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'spec' } },
    ])
  })
})
