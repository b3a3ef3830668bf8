import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { referenceFiles } from './reference'

test('the reference of the command line is the one of the commands', () => {
  const kept = readFileSync(join(__dirname, '../../../docs/reference/cli.md'), 'utf8')
  expect(kept).toBe(referenceFiles()['cli.md'])
})
