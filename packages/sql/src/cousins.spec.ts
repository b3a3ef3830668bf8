import { loadParser } from './parser'
import { judge, readJson, statement, type Outcome } from './testing/reference'

beforeAll(loadParser)

const cousins = Object.entries(readJson<Record<Outcome, string[]>>('cousins.json'))

describe('cousins of the bypass corpus', () => {
  describe.each(cousins)('%s', (expected, texts) => {
    it.each(texts)('%s', (sql) => {
      const { outcome, why } = judge(statement(sql))
      expect({ outcome, why }).toEqual({ outcome: expected, why })
    })
  })
})
