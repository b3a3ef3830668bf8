import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@wardgate/gateway/testing'
import { registerHttp } from '../e2e/http/register'
import { registerBox } from '../e2e/ssh/box'
import { auditedOperations } from '../support/audited-operations'
import { eventually } from '../support/eventually'
import { everyPage } from '../support/every-page'
import { Instance, root } from '../support/instance'
import { killed } from '../support/kill'
import { describeWithPeer } from '../support/peers'
import { SshClient } from '../support/ssh-client'
import { SshServer } from '../support/ssh-server'

const instance = new Instance(join(root, '.cache/chaos/http-and-ssh'), 22_800)
/** Enough requests to be hit in any state, few enough to read the whole log afterwards. */
const pauseMillis = 20
const victims = ['agent', 'control-plane', 'agent', 'control-plane'] as const
/** Aborted at the end, whatever the test made of it: a writer that goes on would keep the run from ending. */
const stop = new AbortController()

interface Operation {
  readonly text: string
}

const everything = `  - { id: everything, effect: allow, match: { actions: ["*"] } }
  - { id: everything-else, effect: allow, match: { actions: ["*"], opaque: true } }
`

jest.setTimeout(600_000)

describeWithPeer('sshd', (sshd) => {
  let box: SshServer
  let origin: Server
  let url: string
  /** What the HTTP target was asked to write, in order. */
  const posted: string[] = []

  beforeAll(async () => {
    await instance.remove()
    await instance.start()
    box = await SshServer.start(sshd, await freePort())
    await registerBox(instance, { connection: 'chaos-box', server: box, rules: everything })
    origin = createServer(({ method, url: path = '' }, response) => {
      if (method === 'POST') posted.push(path.slice('/marks/'.length))
      response.end('written')
    })
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    const { port } = origin.address() as AddressInfo
    url = await registerHttp(instance, { name: 'chaos-http', port })
  })

  afterAll(async () => {
    stop.abort()
    origin.close()
    box.stop()
    await instance.remove()
  })

  const written = () =>
    existsSync(box.path('marks')) ? readFileSync(box.path('marks'), 'utf8').trim().split('\n') : []

  /** Answers which marks were acknowledged; each is sent once. */
  async function write(name: string, send: (mark: string) => Promise<boolean>): Promise<string[]> {
    const acknowledged: string[] = []
    for (let number = 0; !stop.signal.aborted; number += 1) {
      const mark = `${name}-${number}`
      if (await send(mark).catch(() => false)) acknowledged.push(mark)
      await delay(pauseMillis)
    }
    return acknowledged
  }

  async function post(mark: string, token: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}` }
    const signal = AbortSignal.timeout(20_000)
    const answer = await fetch(`${url}/marks/${mark}`, { method: 'POST', headers, signal })
    return (await answer.text()) === 'written'
  }

  it('loses and doubles no request and no command when agent and control plane are killed', async () => {
    const token = await instance.token('aiAgent')
    const client = new SshClient({
      agent: instance.listener('ssh'),
      connection: 'chaos-box',
      token,
    })
    const run = async (mark: string) =>
      (await client.ssh(['governed', `echo ${mark} >> ${box.path('marks')}`])).code === 0
    const running = [
      ...['h0', 'h1', 'h2'].map((name) => write(name, (mark) => post(mark, token))),
      ...['c0', 'c1'].map((name) => write(name, run)),
    ]
    for (const victim of victims) {
      const [requests, commands] = [posted.length, written().length]
      // Only a load that moves is worth interrupting.
      const isMoving = () => posted.length > requests + 50 && written().length > commands + 2
      await eventually(async () => isMoving() || undefined, 60_000)
      await killed(instance, victim)
    }
    let attempt = 0
    await eventually(
      async () => (await post(`h9-${attempt++}`, token).catch(() => false)) || undefined,
      120_000,
    )
    stop.abort()
    const acknowledged = (await Promise.all(running)).flat()
    client.remove()
    const there = [...posted, ...written()]
    expect(acknowledged.length).toBeGreaterThan(victims.length * 50)
    expect(new Set(there).size).toBe(there.length)
    expect(acknowledged.filter((mark) => !there.includes(mark))).toEqual([])

    const known = await eventually(async () => {
      const found = await everyPage<Operation>(instance, '/v1/operations?limit=200')
      const marks = found.map(({ text }) => /(?<=marks\/|echo )[hc]\d-\d+\b/.exec(text)?.[0])
      return there.every((mark) => marks.includes(mark)) ? marks : undefined
    }, 120_000)
    const marks = known.filter((mark) => mark !== undefined)
    expect(new Set(marks).size).toBe(marks.length)
    const { intents, outcomes } = await eventually(async () => {
      const audited = await auditedOperations(instance)
      return audited.outcomes.length >= audited.intents.length ? audited : undefined
    }, 120_000)
    expect(new Set(intents).size).toBe(intents.length)
    // Those that a killed agent had forwarded end as unknown when its next process says that it has started.
    expect([...outcomes].sort()).toEqual([...intents].sort())
  })
})
