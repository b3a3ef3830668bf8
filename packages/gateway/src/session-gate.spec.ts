import { fakeGate, statement } from './testing'

describe('what is recorded', () => {
  const full = 'full' as const
  const select = statement('SELECT 1')

  async function twoAtOnce(first: 'full' | 'off', second: 'full' | 'off') {
    const recorded: string[] = []
    const { gate, controlPlane } = fakeGate({
      recorder: {
        record: (_what, chunk) => void recorded.push(Buffer.from(chunk).toString()),
        mark: () => undefined,
        end: () => undefined,
      },
    })
    controlPlane.answer = () => controlPlane.allow({ recording: first })
    const one = await gate.submit(select)
    controlPlane.answer = () => controlPlane.allow({ recording: second })
    const other = await gate.submit(select)
    if (one.kind !== 'permit' || other.kind !== 'permit') throw new Error('not allowed')
    return { gate, one, other, recorded }
  }

  it('is said by the operation that it belongs to, when several run at once', async () => {
    const { gate, one, other, recorded } = await twoAtOnce('off', full)
    gate.record('out', Buffer.from('one'), one)
    gate.record('out', Buffer.from('other'), other)
    expect(recorded).toEqual(['other'])
  })

  it('is said by the oldest operation where none is named', async () => {
    const { gate, recorded } = await twoAtOnce(full, 'off')
    gate.record('out', Buffer.from('of the oldest'))
    expect(recorded).toEqual(['of the oldest'])
  })
})
