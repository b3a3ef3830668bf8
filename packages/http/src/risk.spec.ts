import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpRiskFactors } from './risk'

test('the reference lists every factor with its points', () => {
  const reference = readFileSync(join(__dirname, '../../../docs/reference/risk.md'), 'utf8')
  for (const [name, { points, explanation }] of Object.entries(httpRiskFactors))
    expect(reference).toContain(`| \`${name}\` | ${points} | ${explanation} |`)
})
