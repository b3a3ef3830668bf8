import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilePolicies, evaluate, parsePolicy, type PolicySet } from '@wardgate/policy'
import { loadShellParser } from './grammar/grammar'
import { factsOf } from './testing/reference'

beforeAll(loadShellParser)

const guide = readFileSync(join(__dirname, '../../../docs/guides/commands.md'), 'utf8')

function rows(after: string): readonly (readonly string[])[] {
  const [, section = ''] = guide.split(after)
  const [table = ''] = section.split('\n\n').filter((block) => block.startsWith('|'))
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
}

const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

function policyOf(source: string): PolicySet {
  const { document, problems } = parsePolicy(source)
  if (document === undefined) throw new Error(JSON.stringify(problems))
  return compilePolicies([{ name: document.name, version: 1, document }])
}

function verdictOf(set: PolicySet, text: string) {
  const principal = {
    id: 'p',
    issuer: 'i',
    subject: 's',
    name: 'n',
    kind: 'workload' as const,
    groups: [],
    roles: [],
    claims: {},
    owner: '',
  }
  const connection = { name: 'web-1', protocol: 'ssh', labels: {}, database: '' }
  return evaluate(set, { principal, connection, facts: factsOf(text), time: 0 }).kind
}

describe('the guide to commands', () => {
  const patterns = rows('## Patterns of commands').flatMap(([, pattern, takes, not]) => [
    ...codes(takes).map((text) => [codes(pattern)[0] ?? '', text, 'allow'] as const),
    ...codes(not).map((text) => [codes(pattern)[0] ?? '', text, 'deny'] as const),
  ])

  it.each(patterns)('tells that %s with %s is %s', (pattern, text, expected) => {
    const set = policyOf(
      JSON.stringify({
        name: 'p',
        rules: [
          { id: 'a', effect: 'allow', match: { resources: [pattern] } },
          { id: 'b', effect: 'allow', match: { actions: ['read'] } },
        ],
      }),
    )
    expect(verdictOf(set, text)).toBe(expected)
  })

  const [, example = ''] = /```yaml\n([^]*?)```/.exec(guide) ?? []
  const examples = rows('## An example').map(([, text, verdict]) => [codes(text)[0] ?? '', verdict])

  it.each(examples)('tells that its example makes %s %s', (text = '', verdict = '') => {
    expect(verdictOf(policyOf(example), text)).toBe(verdict)
  })
})
