import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { registerHttp } from './register'

jest.setTimeout(60_000)

const rules = `
  - { id: protocol, effect: allow, match: { actions: [read, call, listen, set] } }
  - { id: environment, effect: deny, match: { resources: ["tool:get-env"] },
      message: The environment of a server is not for models. }
  - { id: emails, mask: { detectors: [email], with: redact } }`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describeWithPeer('python', (python) => {
  let server: ChildProcess
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    const script = join(
      __dirname,
      '../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
    )
    server = spawn(process.execPath, [script, 'streamableHttp'], {
      env: { ...process.env, PORT: String(port) },
      stdio: 'ignore',
    })
    await eventually(() =>
      fetch(`http://127.0.0.1:${port}/mcp`).then(
        () => true as const,
        () => undefined,
      ),
    )
    const settings = { profile: 'mcp' }
    url = await registerHttp(sharedInstance, { name: 'everything', port, settings, rules })
  })

  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  })

  it('serves AutoGen’s McpWorkbench: lists, calls, masks, and refuses as a tool would', async () => {
    const token = await sharedInstance.token('aiAgent')
    const script = join(__dirname, 'clients/mcp_workbench.py')
    const { stdout, stderr } = await runProcess(python, [script, `${url}/mcp`, token], process.env)
    if (stdout === '') throw new Error(stderr)
    const seen = JSON.parse(stdout) as {
      tools: string[]
      echo: string
      sum: string
      denied: [boolean, string]
    }
    expect(seen.tools).toEqual(expect.arrayContaining(['echo', 'get-sum']))
    expect(seen.tools).not.toContain('get-env')
    expect(seen.echo).toContain('mail')
    expect(seen.echo).not.toContain('ada@example.com')
    expect(seen.sum).toContain('5')
    expect(seen.denied[0]).toBe(true)
    expect(seen.denied[1]).toContain('The environment of a server is not for models.')
  })
})
