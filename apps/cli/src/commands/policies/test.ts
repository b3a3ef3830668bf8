import {
  compilePolicies,
  parsePolicy,
  parsePolicyTests,
  testPolicy,
  type Facts,
  type PolicySet,
  type PolicyTestCase,
  type PolicyTestResult,
} from '@wardgate/policy'
import { dirname, isAbsolute, join } from 'node:path'
import { readSource } from '../../api/body'
import type { Api } from '../../api/client'
import { CliError } from '../../cli-error'
import { counted } from '../../output/counted'
import { escapeText } from '../../output/escape'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'
import { refused } from './validate'

export const policiesTest: Register = (parent, cli) => {
  leaf(
    parent,
    'test',
    'Run the cases of a tests file against policy files. Nothing is put in force.',
  )
    .argument('<file>', 'tests file, YAML or JSON')
    .addHelpText(
      'after',
      '\nCases with facts need no control plane; cases with sql ask it what the statement does.',
    )
    .action(
      action(cli, async (run, [file = '']) => {
        const parsed = parsePolicyTests(await readSource(run, file))
        if ('problems' in parsed) throw refused(run, file, parsed.problems)
        const set = await readPolicies(run, file, parsed.tests.policies)
        const results: PolicyTestResult[] = []
        let api: Api | undefined
        for (const test of parsed.tests.cases) {
          if (test.sql !== undefined) api ??= await run.api()
          const result = testPolicy(set, test, api && (await factsOf(api, test)))
          if (!run.json) run.print(renderResult(result))
          results.push(result)
        }
        conclude(run, results)
      }),
    )
}

async function readPolicies(run: Run, file: string, names: readonly string[]): Promise<PolicySet> {
  const versions = []
  for (const [at, name] of names.entries()) {
    const path = isAbsolute(name) ? name : join(dirname(file === '-' ? '.' : file), name)
    const { document, problems } = parsePolicy(await readSource(run, path))
    if (problems) throw refused(run, path, problems)
    versions.push({ name: document.name, version: at + 1, document })
  }
  return compilePolicies(versions)
}

/** What the statement does there. The verdict of the policies in force is not asked for. */
async function factsOf(api: Api, test: PolicyTestCase): Promise<Facts | undefined> {
  if (test.sql === undefined) return undefined
  const { name, database } = test.connection
  const answer = await api.send('POST', '/v1/policies/explain', {
    body: {
      connection: name,
      ...(database !== '' && { database }),
      operation: { kind: 'statement', text: test.sql },
    },
  })
  const { facts } = answer
  if (typeof facts === 'object' && facts !== null) return facts as Facts
  throw new CliError('unavailable', 'the control plane explained nothing')
}

function renderResult({ name, failures }: PolicyTestResult): string {
  const head = `${failures.length === 0 ? 'ok  ' : 'FAIL'}  ${escapeText(name)}\n`
  return head + failures.map((failure) => `      ${escapeText(failure)}\n`).join('')
}

function conclude(run: Run, results: readonly PolicyTestResult[]): void {
  const failed = results.filter(({ failures }) => failures.length > 0).length
  if (run.json) run.printJson({ passed: results.length - failed, failed, results })
  if (failed > 0)
    throw new CliError('no', run.json ? '' : `${failed} of ${results.length} cases failed`)
  if (!run.json) run.note(`${counted(results.length, 'case')} passed`)
}
