import type { SessionRequest } from '@wardgate/contract'
import { ControlError } from '@wardgate/errors'
import { Screenings } from './screenings'

const tools = [
  { name: 'add', definition: '{"name":"add"}' },
  { name: 'drop', definition: '{"name":"drop"}' },
]
let sent: SessionRequest['message'][]
let screenings: Screenings

beforeEach(() => {
  sent = []
  screenings = new Screenings((message) => sent.push(message))
})

describe('questions about tools', () => {
  it('are answered in whatever order', async () => {
    const [one, two] = [screenings.ask(tools), screenings.ask(tools.slice(1))]
    expect(sent).toMatchObject([{ value: { id: 1, tools } }, { value: { id: 2 } }])
    screenings.answered({ id: 2, visible: [true], refused: undefined })
    screenings.answered({ id: 1, visible: [true, false], refused: undefined })
    expect(await Promise.all([one, two])).toEqual([[true, false], [true]])
  })

  it('fail when the answer is a refusal, or about other tools', async () => {
    const refused = {
      code: 'ERR_CONTROL_UNAVAILABLE',
      message: 'm',
      nextStep: 'n',
      retryable: true,
    }
    const asked = screenings.ask(tools)
    screenings.answered({ id: 1, visible: [], refused })
    await expect(asked).rejects.toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
    const other = screenings.ask(tools)
    screenings.answered({ id: 2, visible: [true], refused: undefined })
    await expect(other).rejects.toThrow('other tools')
  })

  it('fail with their session', async () => {
    const asked = screenings.ask(tools)
    screenings.fail(new ControlError('ERR_CONTROL_UNAVAILABLE', 'lost'))
    await expect(asked).rejects.toThrow('lost')
  })

  it('take no answer that nobody asked for', () => {
    expect(() => screenings.answered({ id: 7, visible: [], refused: undefined })).toThrow(
      'no question',
    )
  })
})
