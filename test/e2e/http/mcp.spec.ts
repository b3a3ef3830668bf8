import { join } from 'node:path'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { startEverything, type McpServer } from './mcp-server'
import { registerHttp } from './register'

jest.setTimeout(60_000)

const rules = `
  - { id: protocol, effect: allow, match: { actions: [read, call, listen, set] } }
  - { id: environment, effect: deny, match: { resources: ["tool:get-env"] },
      message: The environment of a server is not for models. }
  - { id: emails, mask: { detectors: [email], with: redact } }`

describeWithPeer('python', (python) => {
  let server: McpServer
  let url: string

  beforeAll(async () => {
    server = await startEverything()
    const settings = { profile: 'mcp' }
    const { port } = server
    url = await registerHttp(sharedInstance, { name: 'everything', port, settings, rules })
  })

  afterAll(() => server.stop())

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
