import { loadShellParser } from './grammar/grammar'
import { factsOf, readJson, shows } from './testing/reference'

beforeAll(loadShellParser)

interface Row {
  readonly id: string
  readonly texts: readonly string[]
  readonly expected: string
}

const rows = (readJson('corpus.json') as Row[]).map(
  ({ id, texts, expected }) => [id, expected, texts] as const,
)

describe.each(['posix', 'bash'] as const)('the bypass corpus, read for %s', (shell) => {
  it.each(rows)('%s shows %s', (_id, expected, texts) => {
    expect(texts.filter((text) => !shows(factsOf(text, shell), expected))).toEqual([])
  })
})

it('reads nothing of a shell with another grammar', () => {
  expect(factsOf('ls', 'other').opaque).not.toEqual([])
})
