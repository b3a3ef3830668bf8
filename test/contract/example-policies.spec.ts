import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compilePolicies, parsePolicy, parsePolicyTests, testPolicy } from '@wardgate/policy'

const root = resolve(__dirname, '../..')
const folder = join(root, 'examples/policies')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const files = readdirSync(folder)
const policies = files.filter((name) => !name.endsWith('.tests.yaml'))

function documentOf(name: string) {
  const { document, problems } = parsePolicy(read(name))
  if (document === undefined) throw new Error(`${name}: ${JSON.stringify(problems)}`)
  return document
}

describe('the example policies', () => {
  it.each(policies)('%s is valid and is named like its file', (name) => {
    expect(`${documentOf(name).name}.yaml`).toBe(name)
  })

  it('decide as the cookbook says', () => {
    const parsed = parsePolicyTests(read('cookbook.tests.yaml'))
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    const set = compilePolicies(
      parsed.tests.policies.map((file) => {
        const document = documentOf(file)
        return { name: document.name, version: 1, document }
      }),
    )
    const results = parsed.tests.cases.map((one) => testPolicy(set, one))
    expect(results.length).toBeGreaterThan(0)
    expect(results.filter(({ failures }) => failures.length > 0)).toEqual([])
  })

  it('have the policy of the sample shop among them', () => {
    const source = readFileSync(join(root, 'apps/standalone/src/sample/policy.ts'), 'utf8')
    expect(source).toContain(read('shop.yaml'))
  })
})
