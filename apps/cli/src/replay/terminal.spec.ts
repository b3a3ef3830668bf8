import fc from 'fast-check'
import { TerminalReplay } from './terminal'

const shown = (...texts: string[]) => {
  const replay = new TerminalReplay()
  return texts.map((text) => replay.filter(text)).join('')
}

describe('replay of terminals', () => {
  it.each([
    'plain é 漢\r\n\ttext\b',
    '\u001b[1;31mred\u001b[0m',
    '\u001b[2J\u001b[H\u001b[10;20H\u001b[K',
    '\u001b[?25l\u001b[?1049h\u001b[?1049l\u001b[?25h',
    '\u001b[38:2:1:2:3m',
  ])('keeps what draws: %j', (text) => {
    expect(shown(text)).toBe(text)
  })

  it.each([
    ['a title', '\u001b]0;evil\u0007'],
    ['the clipboard', '\u001b]52;c;aWQK\u001b\\'],
    ['a question for the terminal', '\u001b[6n\u001b[c\u001b[>c\u001b[5n\u001b[?6n'],
    ['a device string', '\u001bP$q"p\u001b\\'],
    ['a reset', '\u001bc'],
    ['mouse and paste modes', '\u001b[?1000h\u001b[?2004h'],
    ['single bytes of the second set', '\u009d0;evil\u009c'.replace('0;evil', '')],
    ['bells and nulls', '\u0007\u0000\u000e'],
    ['window manipulation', '\u001b[8;1;1t'],
  ])('leaves out %s', (_what, text) => {
    expect(shown(`a${text}b`)).toBe('ab')
  })

  it('shows the same however it is cut', () => {
    const text = 'a\u001b[1mb\u001b]0;t\u0007c\u001b[6nd\u001b]8;;x\u001b\\e'
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), (one, two) => {
        const [from, to] = [Math.min(one, two), Math.max(one, two)]
        expect(shown(text.slice(0, from), text.slice(from, to), text.slice(to))).toBe(shown(text))
      }),
    )
  })

  it('waits for the end of a sequence only so long', () => {
    expect(shown('\u001b]0;', 'x'.repeat(10_000), 'end')).toContain('end')
  })

  it('tells the command that an operation began with, and nothing else that was sent', () => {
    const replay = new TerminalReplay()
    const show = (kind: 'in' | 'mark', text: string) =>
      [
        ...replay.show(
          kind === 'mark'
            ? { kind, micros: 0, operationId: text }
            : { kind, micros: 0, bytes: Buffer.from(text) },
        ),
      ].join('')
    expect(show('in', 'secret')).toBe('')
    show('mark', 'op')
    const told = show('in', 'ls \u001b]0;x\u0007\n')
    expect(told).toContain('> ls ')
    expect(told).not.toContain('\u0007')
    expect(show('in', 'input')).toBe('')
  })
})
