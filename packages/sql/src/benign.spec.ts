import { loadParser } from './parser'
import { judge, readJson, statement } from './testing/reference'

beforeAll(loadParser)

const benign = readJson<{ reads: string[]; writes: string[] }>('benign.json')

describe('legitimate statements that touch no masked column', () => {
  it.each(benign.reads)('passes unmasked: %s', (sql) => {
    expect(judge(statement(sql))).toEqual({ outcome: 'allow', why: [] })
  })

  it.each(benign.writes)('is held for approval only: %s', (sql) => {
    expect(judge(statement(sql))).toEqual({ outcome: 'approve', why: [] })
  })
})
