import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type OtlpCollector,
  type ReceivedSpan,
  startOtlpCollector,
} from '@wardgate/tracing/testing'
import { eventually } from '../../support/eventually'
import { connectThrough } from '../../support/governed-client'
import { Instance } from '../../support/instance'

jest.setTimeout(180_000)

const claimedTrace = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${claimedTrace}-b7ad6b7169203331-01`

let home: string
let collector: OtlpCollector
let instance: Instance
let token: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'wardgate-traces-'))
  collector = await startOtlpCollector()
  instance = new Instance(home, 22_600, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await instance.start()
  token = await instance.token('aiAgent')
  // A fresh agent reads the catalog first; until then tables are refused.
  await eventually(async () => {
    const { client } = await connectThrough(instance, { token })
    const query = client.query('SELECT id FROM customers LIMIT 1')
    return query.catch(() => undefined).finally(() => client.end())
  })
})

afterAll(async () => {
  await instance.remove()
  await collector.stop()
})

/** Tells of everything itself: in its application name, in the text, and in a header. */
async function work(): Promise<void> {
  const options = { token, application_name: traceparent }
  const { client } = await connectThrough(instance, options)
  await client.query(
    `SELECT id FROM customers WHERE name = 'planted-literal' /*traceparent='${traceparent}'*/`,
  )
  for (let round = 0; round < 2; round += 1)
    await client.query('SELECT id FROM customers WHERE name = $1', ['planted-parameter'])
  await client.query(`SELECT 1 / 0 AS planted_failure`).catch(() => undefined)
  await client.query('DROP TABLE planted_table').catch(() => undefined)
  await client.end()
  await fetch(`${instance.descriptor.controlPlane.url}/v1/connections?q=planted-query`, {
    headers: { authorization: `Bearer ${token}`, traceparent },
  })
}

const spansOf = (service: string, name: string) =>
  collector.spans.filter((span) => span.service === service && span.name === name)

function parentOf(span: ReceivedSpan | undefined): ReceivedSpan | undefined {
  return collector.spans.find(
    ({ traceId, spanId }) => traceId === span?.traceId && spanId === span.parentSpanId,
  )
}

it('one trace goes from the session at the agent to the decision at the control plane', async () => {
  await work()
  const judged = await eventually(async () => {
    const spans = spansOf('wardgate-control-plane', 'decide')
    const sessions = spans.map((span) => parentOf(parentOf(span)))
    return spans.length > 2 && sessions.every((session) => session !== undefined)
      ? spans
      : undefined
  })
  expect(judged.map(({ attributes }) => attributes['wardgate.verdict'])).toContain('deny')
  for (const decide of judged) {
    const asked = parentOf(decide)
    const session = parentOf(asked)
    expect(asked).toMatchObject({ service: 'wardgate-agent', name: 'decision' })
    expect(session).toMatchObject({ service: 'wardgate-agent', name: 'session', parentSpanId: '' })
    expect(decide.attributes['wardgate.session_id']).toBe(
      session?.attributes['wardgate.session_id'],
    )
  }
  const [opened] = spansOf('wardgate-control-plane', 'open session')
  expect(parentOf(opened)).toMatchObject({ service: 'wardgate-agent', name: 'session' })
})

it('what ran at the target has a span, whoever decided it', async () => {
  const ran = await eventually(async () => {
    const spans = spansOf('wardgate-agent', 'target')
    return spans.some(({ attributes }) => attributes['wardgate.memo'] === 'true')
      ? spans
      : undefined
  })
  const asked = new Set(
    spansOf('wardgate-agent', 'decision').map((span) => span.attributes['wardgate.operation_id']),
  )
  for (const span of ran) {
    expect(parentOf(span)).toMatchObject({ name: 'session' })
    const { 'wardgate.memo': fromMemo, 'wardgate.operation_id': id } = span.attributes
    expect(asked.has(id ?? '')).toBe(fromMemo === 'false')
  }
  expect(new Set(ran.map(({ attributes }) => attributes['wardgate.status']))).toEqual(
    new Set(['succeeded', 'failed']),
  )
})

it('no span joins the trace that a client claims', async () => {
  await eventually(async () => spansOf('wardgate-control-plane', 'GET /v1/connections')[0])
  expect(collector.spans.length).toBeGreaterThan(5)
  for (const { traceId, parentSpanId } of collector.spans) {
    expect(traceId).not.toBe(claimedTrace)
    expect(parentSpanId).not.toBe('b7ad6b7169203331')
  }
})

it('no text, value, token or credential is in anything that was sent', () => {
  const { password } = instance.descriptor.sample.direct
  const sent = collector.bodies.join('\n')
  for (const secret of ['planted', 'customers', 'DROP', claimedTrace, token, password])
    expect(sent).not.toContain(secret)
})
