import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess, type ProcessResult } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'

const clients = join(__dirname, 'clients')

async function direct(): Promise<NodeJS.ProcessEnv> {
  const { host, port, user, password } = sharedInstance.descriptor.sample.direct
  return surroundings(host, port, user, password)
}

async function governed(): Promise<NodeJS.ProcessEnv> {
  const { host, port } = sharedInstance.agent
  return surroundings(host, port, 'open', await sharedInstance.token('aiAgent'))
}

function surroundings(
  host: string,
  port: number,
  user: string,
  password: string,
): NodeJS.ProcessEnv {
  const scenario = {
    SCENARIO_TABLE: 'scenario',
    PYTHONDONTWRITEBYTECODE: '1',
    NODE_NO_WARNINGS: '1',
  }
  return {
    ...process.env,
    ...scenario,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: 'shop',
    PGSSLMODE: 'disable',
  }
}

async function expectSame(run: (env: NodeJS.ProcessEnv) => Promise<ProcessResult>): Promise<void> {
  const bare = await run(await direct())
  const through = await run(await governed())
  expect(bare).toMatchObject({ code: 0 })
  expect(through).toEqual(bare)
  expect(bare.stdout.length).toBeGreaterThan(40)
}

jest.setTimeout(120_000)

describe('a client behaves as on the direct connection', () => {
  it('node pg', () =>
    expectSame((env) => runProcess(process.execPath, [join(clients, 'node_pg.mjs')], env)))

  it("porsager's postgres", () =>
    expectSame((env) => runProcess(process.execPath, [join(clients, 'postgres_js.mjs')], env)))

  describeWithPeer('python', (python) => {
    it.each(['psycopg2', 'psycopg3', 'asyncpg', 'sqlalchemy'])('%s', (name) =>
      expectSame((env) => runProcess(python, [join(clients, `${name}_client.py`)], env)),
    )
  })

  describeWithPeer('jdbc', (jar) => {
    const classes = mkdtempSync(join(tmpdir(), 'wardgate-jdbc-'))
    afterAll(() => rmSync(classes, { recursive: true, force: true }))

    it('JDBC', async () => {
      execFileSync('javac', ['-d', classes, join(clients, 'Scenario.java')])
      await expectSame((env) => runProcess('java', ['-cp', `${classes}:${jar}`, 'Scenario'], env))
    })
  })

  describeWithPeer('psql', (psql) => {
    const script = [
      '\\d customers',
      '\\dt',
      '\\dv',
      '\\df',
      '\\d+ payments',
      '\\l',
      '\\du',
      '\\timing off',
      'SELECT count(*), sum(amount) FROM orders;',
      'SELECT 1; SELECT 2;',
      'SELECT 1/0;',
      '\\gdesc',
      'BEGIN; UPDATE orders SET status = status WHERE id = 1; ROLLBACK;',
      '\\copy (SELECT id, name FROM customers ORDER BY id LIMIT 3) TO STDOUT WITH CSV',
      'SELECT id, name FROM customers WHERE id = $1 \\bind 5 \\g',
      '\\set FETCH_COUNT 2',
      'SELECT id FROM customers ORDER BY id LIMIT 5;',
    ].join('\n')

    it('psql with its describe family', () =>
      expectSame((env) => runProcess(psql, ['-X', '-P', 'pager=off'], env, script)))
  })

  describeWithPeer('pgbench', (pgbench) => {
    it.each(['simple', 'extended', 'prepared'])('pgbench, %s protocol', async (protocol) => {
      const env = await governed()
      const initialised = await runProcess(pgbench, ['-i', '-s', '1', '-q'], env)
      expect(initialised).toMatchObject({ code: 0 })
      const run = await runProcess(pgbench, ['-M', protocol, '-c', '4', '-t', '50', '-n'], env)
      expect(run.stdout).toMatch(/number of transactions actually processed: 200\/200/)
      expect(run.stdout).toMatch(/number of failed transactions: 0/)
    })
  })
})
