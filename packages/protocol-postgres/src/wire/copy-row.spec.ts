import fc from 'fast-check'
import { readCopyRow, writeCopyRow, type CopyLayout } from './copy-row'

const layouts: readonly CopyLayout[] = [
  { kind: 'text', delimiter: 0x09, absent: '\\N' },
  { kind: 'text', delimiter: 0x7c, absent: '\\N' },
  { kind: 'csv', delimiter: 0x2c, quote: 0x22, escape: 0x22, absent: '' },
  { kind: 'csv', delimiter: 0x09, quote: 0x27, escape: 0x21, absent: 'none' },
]

it.each(layouts)('reads what it has written (%j)', (layout) => {
  // A single NULL in CSV is an empty line, as PostgreSQL writes it.
  const cell = fc.option(fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)))
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const line = writeCopyRow(
        cells.map((value) => ({ value })),
        layout,
      )
      const read = readCopyRow(line, layout)
      expect(read.map(({ value }) => value)).toEqual(cells)
      expect(
        writeCopyRow(
          read.map(({ raw }) => ({ raw })),
          layout,
        ),
      ).toEqual(line)
    }),
  )
})

it('reads rows as PostgreSQL writes them', () => {
  const [text, , csv] = layouts
  if (text === undefined || csv === undefined) throw new Error('no layouts')
  const cellsOf = (line: string, layout: CopyLayout) =>
    readCopyRow(Buffer.from(line), layout).map(({ value }) => value?.toString() ?? null)
  expect(cellsOf('a\\tb\t\\N\t\\\\N\t\n', text)).toEqual(['a\tb', null, '\\N', ''])
  expect(cellsOf('1,"a ""b"", c",,""\n', csv)).toEqual(['1', 'a "b", c', null, ''])
  expect(cellsOf('"two\nlines",x\n', csv)).toEqual(['two\nlines', 'x'])
})

it('takes a mark of NULL that can be a value for one, where the format does not tell them apart', () => {
  const cellsOf = (line: string, layout: CopyLayout) =>
    readCopyRow(Buffer.from(line), layout).map(({ value }) => value?.toString() ?? null)
  const text = { kind: 'text', delimiter: 0x09, absent: 'none' } as const
  expect(cellsOf('none\tx\n', text)).toEqual(['none', 'x'])
  const csv = { kind: 'csv', delimiter: 0x2c, quote: 0x22, escape: 0x22, absent: 'none' } as const
  expect(cellsOf('none,"none",\n', csv)).toEqual([null, 'none', ''])
})

it('undoes the escapes of CSV as they were asked for', () => {
  const layout = { kind: 'csv', delimiter: 0x2c, quote: 0x27, escape: 0x21, absent: '' } as const
  const line = Buffer.from("'a !'b!' !! c',x\n")
  const [first] = readCopyRow(line, layout)
  expect(first?.value?.toString()).toBe("a 'b' ! c")
})

it('refuses what is not one row', () => {
  const [text, , csv] = layouts
  if (text === undefined || csv === undefined) throw new Error('no layouts')
  expect(() => readCopyRow(Buffer.from('a'), text)).toThrow('not one line')
  expect(() => readCopyRow(Buffer.from('a\nb\n'), text)).toThrow('two COPY lines')
  expect(() => readCopyRow(Buffer.from('"a\n'), csv)).toThrow('quote')
})
