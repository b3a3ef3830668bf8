import { LineEditor, PlainLines, type Entry } from './line-editor'

function typed(...chunks: readonly string[]) {
  let shown = ''
  const editor = new LineEditor((text) => (shown += text))
  const entries = chunks.flatMap((chunk) => [...editor.take(Buffer.from(chunk, 'latin1'))])
  return { entries, shown }
}

const line = (text: string): Entry => ({ kind: 'line', text })

describe('a line at a terminal', () => {
  it('is what is shown when it is entered', () => {
    expect(typed('ls -l\r')).toEqual({ entries: [line('ls -l')], shown: 'ls -l\r\n' })
  })

  it.each([
    ['a backspace', 'lx\u007fs\r', 'ls'],
    ['a backspace on nothing', '\b\bls\r', 'ls'],
    ['control-U', 'rm -rf /\u0015ls\r', 'ls'],
    ['control-W', 'ls /etc\u0017/srv\r', 'ls /srv'],
    ['keys that move', 'l\u001b[D\u001b[1;5Cs\u001bOA\r', 'ls'],
    ['other control characters', 'l\ts\u0001\r', 'ls'],
  ])('knows %s', (_title, keys, text) => {
    expect(typed(keys).entries).toEqual([line(text)])
  })

  it('ends with CR, LF or both, once', () => {
    expect(typed('a\rb\nc\r\nd\r').entries).toEqual(['a', 'b', 'c', 'd'].map(line))
  })

  it('is dropped by control-C; control-D ends on an empty line only', () => {
    expect(typed('rm\u0003ls\u0004\r\u0004').entries).toEqual([
      { kind: 'interrupt' },
      line('ls'),
      { kind: 'end' },
    ])
  })

  it('may come split anywhere, within a character too', () => {
    const bytes = Buffer.from('echo é\u001b[200~x\r').toString('latin1')
    expect(typed(...Array.from(bytes, String)).entries).toEqual([line('echo éx')])
  })

  it('has a bound', () => {
    expect(() => typed('x'.repeat(9000))).toThrow('longer than 8192 bytes')
  })
})

describe('lines without a terminal', () => {
  it('come without echo, the last one without a line end too', () => {
    const lines = new PlainLines()
    const taken = [...lines.take(Buffer.from('a\r\nb')), ...lines.take(Buffer.from('c'))]
    expect([...taken, ...lines.end()]).toEqual([line('a'), line('bc'), { kind: 'end' }])
    expect(() => [...new PlainLines().take(Buffer.alloc(9000, 'x'))]).toThrow('longer')
  })
})
