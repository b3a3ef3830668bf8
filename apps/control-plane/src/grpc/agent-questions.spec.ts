import type { SessionResponse } from '@wardgate/contract'
import { AgentQuestions } from './agent-questions'

const lacks = { connectionId: 'c', database: 'shop', names: ['made_now'] }

function asking(stored: string | undefined | Promise<undefined>) {
  const sent: NonNullable<SessionResponse['message']>[] = []
  const arrivals: string[] = []
  const catalogs = {
    digestOf: () => Promise.resolve(stored),
    arrival: (_key: unknown, digest: string) => {
      arrivals.push(digest)
      return Promise.resolve()
    },
  }
  const questions = new AgentQuestions(catalogs, (message) => sent.push(message))
  return { questions, sent, arrivals }
}

describe('what the agent of a session is asked about its target', () => {
  it('is to look for names that the stored catalog lacks, and what it finds is waited for', async () => {
    const { questions, sent, arrivals } = asking('former')
    const asked = questions.about('o', { checksCatalog: true }).catalog?.(lacks)
    await Promise.resolve()
    const value = { operationId: 'o', database: 'shop', known: 'former', names: ['made_now'] }
    expect(sent).toEqual([{ $case: 'catalogCheckWanted', value }])
    questions.checked({ operationId: 'o', digest: 'found' })
    await asked
    expect(arrivals).toEqual(['found'])
  })

  it('waits for nothing when the agent cannot read the catalog', async () => {
    const { questions, arrivals } = asking(undefined)
    const asked = questions.about('o', { checksCatalog: true }).catalog?.(lacks)
    await Promise.resolve()
    questions.checked({ operationId: 'o', digest: '' })
    await asked
    expect(arrivals).toEqual([])
  })

  it('ends with the session', async () => {
    const { questions, arrivals } = asking(undefined)
    const asked = questions.about('o', { checksCatalog: true }).catalog?.(lacks)
    await Promise.resolve()
    questions.end()
    await asked
    expect(arrivals).toEqual([])
  })

  it('is given up after three seconds', async () => {
    jest.useFakeTimers()
    const { questions, arrivals } = asking(undefined)
    const asked = questions.about('o', { checksCatalog: true }).catalog?.(lacks)
    await jest.advanceTimersByTimeAsync(3_000)
    await asked
    expect(arrivals).toEqual([])
    jest.useRealTimers()
  })

  it('has three seconds in all, however long it takes to see what is stored', async () => {
    jest.useFakeTimers()
    const slow = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 4_000))
    const { questions, arrivals } = asking(slow)
    const done = jest.fn()
    void questions.about('o', { checksCatalog: true }).catalog?.(lacks).then(done)
    await jest.advanceTimersByTimeAsync(4_001)
    expect(done).toHaveBeenCalled()
    expect(arrivals).toEqual([])
    jest.useRealTimers()
  })

  it('is no question that an older agent does not know', () => {
    expect(asking('former').questions.about('o', { checksCatalog: false }).catalog).toBeUndefined()
  })
})
