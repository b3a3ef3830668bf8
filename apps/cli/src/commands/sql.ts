import { type Client, Query, type QueryArrayConfig } from 'pg'
import { CliError } from '../cli-error'
import { isLoopback } from '../config/access'
import { counted } from '../output/counted'
import { escapeText } from '../output/escape'
import { renderTable } from '../output/table'
import type { Run } from '../run'
import { action, leaf, type Register } from './command'
import { SqlClient } from './sql-client'

const maxRowsShown = 1_000

export const sql: Register = (parent, cli) => {
  leaf(parent, 'sql', 'Run a statement through the agent, for people without psql.')
    .argument('<connection>', 'name of the connection')
    .argument('[statement]', 'SQL; standard input when absent')
    .option('--host <host>', "the agent's host, else WARDGATE_AGENT or the standalone's")
    .option('--port <port>', "the agent's port")
    .option('--database <name>', "database of the target, else the connection's own")
    .option('--tls', 'speak TLS to the agent; needed unless it is on this machine')
    .option('--max-rows <number>', 'show at most this many rows', String(maxRowsShown))
    .action(
      action(cli, async (run, [connection = '', statement = '']) => {
        const text = statement === '' ? await cli.readStdin() : statement
        if (text.trim() === '') throw new CliError('usage', 'there is no statement')
        await runStatement(run, connection, text)
      }),
    )
}

interface ResultSet {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  readonly total: number
  readonly completion: string
}

async function runStatement(run: Run, connection: string, text: string): Promise<void> {
  const client = new SqlClient(await clientOptions(run, connection))
  client.on('notice', ({ severity, message, hint }) => {
    run.note(`${severity ?? 'NOTICE'}: ${message ?? ''}${hint === undefined ? '' : ` (${hint})`}`)
  })
  // A socket that ends while nothing waits must not end the process.
  client.on('error', () => undefined)
  const stop = () => void client.end().catch(() => undefined)
  run.cli.signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    const results = await collectResults(run, client, text)
    show(run, results)
  } catch (error) {
    throw refusal(error, run)
  } finally {
    run.cli.signal.removeEventListener('abort', stop)
    await client.end().catch(() => undefined)
  }
}

async function clientOptions(run: Run, connection: string) {
  const { options, cli } = run
  const [envHost, envPort] = splitAddress(cli.env['WARDGATE_AGENT'])
  const { standalone } = run.server()
  const host = options.text('host') ?? envHost ?? standalone?.postgres?.host
  const port =
    options.number('port', { least: 1, most: 65_535 }) ?? envPort ?? standalone?.postgres?.port
  if (host === undefined || port === undefined)
    throw new CliError(
      'usage',
      'the agent is not known',
      'Name it with --host and --port, or WARDGATE_AGENT=host:port.',
    )
  const tls = options.flag('tls')
  if (!tls && !isLoopback(host) && !host.startsWith('/'))
    throw new CliError(
      'usage',
      `the token would cross the network to ${host} unencrypted`,
      'Use --tls.',
    )
  const database = options.text('database')
  return {
    host,
    port,
    user: connection,
    password: await run.token('ai-agent'),
    ...(database !== undefined && { database }),
    ssl: tls,
    application_name: 'wardgate-cli',
    connectionTimeoutMillis: 30_000,
    // Values are shown as the agent sent them.
    types: { getTypeParser: () => (value: string) => value },
  }
}

function splitAddress(address: string | undefined): [string | undefined, number | undefined] {
  const at = address?.lastIndexOf(':') ?? -1
  if (address === undefined || at <= 0) return [address, undefined]
  return [address.slice(0, at), Number(address.slice(at + 1)) || undefined]
}

function collectResults(run: Run, client: Client, text: string): Promise<readonly ResultSet[]> {
  const most = run.options.number('maxRows', { least: 0, most: 1_000_000 }) ?? maxRowsShown
  const kept = new Map<unknown, { rows: Row[]; total: number }>()
  // With a listener for rows the driver keeps none itself, so a large result does not fill the memory.
  const config: QueryArrayConfig = { text, rowMode: 'array' }
  const query = new Query(config)
  return new Promise((resolve, reject) => {
    query.on('row', (row: unknown, result: unknown) => {
      const own = kept.get(result) ?? { rows: [], total: 0 }
      kept.set(result, own)
      own.total += 1
      if (own.rows.length < most) own.rows.push(row as Row)
    })
    // The driver gives one result, or a list of them for several statements.
    query.on('end', (result: unknown) => {
      const results = (Array.isArray(result) ? result : [result]) as DriverResult[]
      resolve(results.map((one) => finished(one, kept.get(one))))
    })
    query.on('error', reject)
    client.query(query)
  })
}

type Row = readonly (string | null)[]

interface DriverResult {
  readonly command: string | null
  readonly rowCount: number | null
  readonly fields: readonly { readonly name: string }[]
}

function finished(
  { command, rowCount, fields }: DriverResult,
  kept: { readonly rows: readonly Row[]; readonly total: number } | undefined,
): ResultSet {
  return {
    columns: fields.map(({ name }) => name),
    rows: kept?.rows ?? [],
    total: kept?.total ?? 0,
    completion: `${command ?? ''}${rowCount === null ? '' : ` ${rowCount}`}`.trim(),
  }
}

function show(run: Run, results: readonly ResultSet[]): void {
  if (run.json) {
    run.printJson({ results })
    return
  }
  for (const { columns, rows, total, completion } of results) {
    if (columns.length > 0)
      run.print(
        renderTable(
          rows,
          columns.map((name, at) => ({
            title: escapeText(name),
            value: (row: Row) => row[at] ?? 'NULL',
          })),
        ),
      )
    if (total > rows.length)
      run.note(`… ${counted(total - rows.length, 'row')} more: see --max-rows`)
    run.note(completion)
  }
}

function refusal(error: unknown, run: Run): CliError {
  if (run.cli.signal.aborted) return new CliError('interrupted', 'interrupted')
  if (error instanceof CliError) return error
  const { message, code, detail, hint } = error as Readonly<Record<string, unknown>>
  const text =
    typeof message === 'string' && message !== '' ? message : 'the agent cannot be reached'
  // A SQLSTATE has five characters; other codes are those of the socket.
  const isAnswer = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
  const lines = [isAnswer ? `${text} (SQLSTATE ${code})` : text, detail].filter(
    (line) => typeof line === 'string',
  )
  return new CliError(
    isAnswer ? 'no' : 'unavailable',
    lines.join('\n'),
    typeof hint === 'string' ? hint : isAnswer ? undefined : 'Check that the agent runs.',
    error,
  )
}
