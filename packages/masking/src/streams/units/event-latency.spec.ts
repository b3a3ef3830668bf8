import { maskerFor, planOf } from '../../testing/streams'

const plan = planOf({ paths: ['ssn'], detectors: ['email'] })

describe('an event that is whole', () => {
  it.each(['\n', '\r\n', '\r'])('is shown at once where lines end with %j', (end) => {
    const masker = maskerFor('text/event-stream', plan)
    const event = `data: {"ssn":"x"}${end}${end}`
    const shown = () => Buffer.from(masker.write(Buffer.from(event))).toString()
    const masked = event.replace('"x"', '"[redacted]"')
    expect([shown(), shown()]).toEqual([masked, masked])
  })

  it('is shown before the LF of its last CR LF has come', () => {
    const masker = maskerFor('text/event-stream', plan)
    const shown = (text: string) => Buffer.from(masker.write(Buffer.from(text))).toString()
    expect(shown('data: ada@example.com\r\n\r')).toBe('data: [redacted]\r\n\r')
    expect(shown('\ndata: a')).toBe('\n')
    expect(shown('\r\n\r\n')).toBe('data: a\r\n\r\n')
  })
})
