import { readCopyFormat } from './copy-format'

const TAB = 0x09
const COMMA = 0x2c

it.each([
  ['COPY t TO STDOUT', { kind: 'text', delimiter: TAB, header: false }],
  ['copy (SELECT 1) to stdout;', { kind: 'text', delimiter: TAB, header: false }],
  ['COPY t TO STDOUT WITH BINARY', { kind: 'binary' }],
  ['COPY t TO STDOUT (FORMAT binary)', { kind: 'binary' }],
  ['COPY t TO STDOUT CSV HEADER', { kind: 'csv', delimiter: COMMA, header: true }],
  [`COPY t TO STDOUT WITH (FORMAT 'csv', HEADER off, DELIMITER ';', FORCE_QUOTE *)`, undefined],
  [
    `COPY t TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER '|')`,
    { kind: 'csv', delimiter: 0x7c, header: true },
  ],
  [`COPY t TO STDOUT (ENCODING 'LATIN1')`, { kind: 'text', delimiter: TAB, header: false }],
])('reads %s', (text, format) => {
  expect(readCopyFormat(text)).toEqual(format)
})

it.each([
  'COPY t TO STDOUT (NULL $$x$$)',
  `COPY t TO STDOUT (NULL 'x')`,
  `COPY t TO STDOUT (QUOTE 'x', FORMAT csv)`,
  `COPY t TO STDOUT (DELIMITER E'\\t')`,
  `COPY t TO STDOUT (HEADER match)`,
  'COPY t TO STDOUT -- (FORMAT binary)',
  'COPY t TO STDOUT /* */ (FORMAT csv)',
  'COPY t TO STDOUT; COPY t TO STDOUT CSV',
  `COPY (SELECT 'to stdout') TO STDOUT CSV`,
  'SELECT 1',
])('refuses to guess: %s', (text) => {
  expect(readCopyFormat(text)).toBeUndefined()
})
