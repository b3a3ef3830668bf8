import { z } from 'zod'
import { parseInput } from './input'
import { InvalidRequest } from './invalid-request'

const schema = z.strictObject({ name: z.string(), port: z.number() })

function problemsOf(value: unknown) {
  try {
    parseInput(schema, value)
  } catch (error) {
    if (error instanceof InvalidRequest) return error.problems
  }
  throw new Error('it was taken')
}

it('names every field that is missing, wrong or not known, in words', () => {
  expect(problemsOf({ port: '1', colour: 'red' })).toEqual([
    { path: 'name', message: 'is missing' },
    { path: 'port', message: 'Invalid input: expected number, received string' },
    { path: 'colour', message: 'is not a known field' },
  ])
})

it('takes no body for one in which everything is missing', () => {
  expect(problemsOf(undefined).map(({ message }) => message)).toEqual(['is missing', 'is missing'])
})

it('names texts that nothing can store beside the other wrong fields', () => {
  expect(problemsOf({ name: 'a\0b', port: '1' })).toEqual([
    { path: 'name', message: 'holds NUL or a lone surrogate' },
    { path: 'port', message: 'Invalid input: expected number, received string' },
  ])
})
