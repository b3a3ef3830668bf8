import { FakeControlPlane, until } from '../testing/fake-control-plane'
import { createAgentClient } from './client'

let plane: FakeControlPlane

afterEach(() => plane.stop())

async function attach(): Promise<{ failure(): Error | undefined; close(): void }> {
  const client = createAgentClient(plane.address, await plane.authority.agent('agent'))
  let failure: Error | undefined
  client.attach().on('error', (error) => (failure = error))
  return { failure: () => failure, close: () => client.close() }
}

describe('a control plane that is dialled by its address', () => {
  it('is reached without naming the address in the handshake', async () => {
    const warnings: string[] = []
    const heard = (warning: Error & { code?: string }): void =>
      void warnings.push(warning.code ?? warning.name)
    process.on('warning', heard)
    plane = await FakeControlPlane.start()
    const client = await attach()
    await until(() => plane.attached.length === 1)
    process.off('warning', heard)
    expect(warnings).not.toContain('DEP0123')
    client.close()
  })

  it('is refused when its certificate names another address', async () => {
    plane = await FakeControlPlane.start({ certified: '127.0.0.2' })
    const client = await attach()
    await until(() => client.failure() !== undefined)
    expect(String(client.failure())).toContain('127.0.0.1')
    expect(plane.attached).toEqual([])
    client.close()
  })
})
