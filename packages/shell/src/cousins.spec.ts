import { loadShellParser } from './grammar/grammar'
import { factsOf, readJson, shows } from './testing/reference'

beforeAll(loadShellParser)

const cousins = readJson('cousins.json') as Record<'rm' | 'opaque' | 'benign', string[]>

describe('cousins of the bypass corpus', () => {
  it('that remove something say so, or cannot be known', () => {
    expect(cousins.rm.filter((text) => !shows(factsOf(text), 'rm'))).toEqual([])
  })

  it('that remove something say so where the shell is known', () => {
    const told = (text: string) =>
      factsOf(text, 'bash').actions.some(({ resource }) => /^command:rm( |$)/.test(resource))
    expect(cousins.rm.filter((text) => !told(text))).toEqual([])
  })

  it('that cannot be known are opaque', () => {
    expect(cousins.opaque.filter((text) => factsOf(text).opaque.length === 0)).toEqual([])
  })

  it('that are harmless are known', () => {
    expect(cousins.benign.filter((text) => factsOf(text).opaque.length > 0)).toEqual([])
  })
})
