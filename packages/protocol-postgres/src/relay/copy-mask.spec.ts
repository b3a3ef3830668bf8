import { CopyMask } from './copy-mask'
import type { CopyFormat } from './copy-format'

/** The second column becomes stars; the third is looked at, and nothing is found in it. */
function maskOf(format: CopyFormat): CopyMask {
  const masker = {
    active: true,
    maskedCells: 0,
    masked: [false, true, true],
    rowKeys: [],
    see: () => undefined,
    maskInPlace: () => false,
    takesSteps: false,
    *ahead() {
      // Nothing is looked at.
    },
    mask: (column: number, cell: Uint8Array | null) =>
      column === 1 && cell !== null ? Buffer.from('***') : cell,
  }
  return new CopyMask(masker, format, 3)
}

const csv = {
  kind: 'csv',
  delimiter: 0x2c,
  quote: 0x22,
  escape: 0x22,
  absent: '',
  header: false,
} as const
const text = { kind: 'text', delimiter: 0x09, absent: '\\N', header: false } as const

describe('rows of COPY under masks', () => {
  it.each<[CopyFormat, string, string]>([
    [csv, '1,4111,x\n', '1,"***",x\n'],
    [csv, '"1",4111,"a ""b"", c"\n', '"1","***","a ""b"", c"\n'],
    [csv, ',,""\n', ',,""\n'],
    [csv, '"",4111,\n', '"","***",\n'],
    [csv, '"two\nlines",4111,\\N\n', '"two\nlines","***",\\N\n'],
    [text, '1\t4111\tx\n', '1\t***\tx\n'],
    [text, 'a\\tb\t4111\t\\x\n', 'a\\tb\t***\t\\x\n'],
    [text, '\\N\t\\N\t\\\\N\n', '\\N\t\\N\t\\\\N\n'],
  ])('keep every byte of what nothing is taken from (%j, %j)', (format, row, masked) => {
    expect(maskOf(format).mask(Buffer.from(row)).toString()).toBe(masked)
  })

  it('are refused when they have another number of cells than was announced', () => {
    expect(() => maskOf(csv).mask(Buffer.from('1,2\n'))).toThrow('another width')
  })
})
