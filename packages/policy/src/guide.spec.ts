import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { harmlessSettings, parsePolicy, parsePolicyTests } from '.'

const guide = readFileSync(join(__dirname, '../../../docs/guides/policy.md'), 'utf8')
const blocks = [...guide.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = '']) => block)

test('every policy of the guide is valid', () => {
  const policies = blocks.filter((block) => block.startsWith('name:'))
  expect(policies.length).toBeGreaterThan(4)
  for (const source of policies) expect(parsePolicy(source).problems).toBeUndefined()
})

test('the tests file of the guide is valid', () => {
  const [tests = ''] = blocks.filter((block) => block.startsWith('# tests'))
  expect(parsePolicyTests(tests)).not.toHaveProperty('problems')
})

test('the guide names every harmless setting, or the family it belongs to', () => {
  const families = /timeout|isolation|deferrable|^transaction$|^session characteristics$/
  for (const name of harmlessSettings)
    if (!families.test(name)) expect(guide).toContain(`\`${name}\``)
})
