import { readCopyFormat } from './copy-format'

const TAB = 0x09
const COMMA = 0x2c

const text = { kind: 'text', delimiter: TAB, absent: '\\N', header: false }
const csv = {
  kind: 'csv',
  delimiter: COMMA,
  quote: 0x22,
  escape: 0x22,
  absent: '',
  header: false,
}

it.each([
  ['COPY t TO STDOUT', text],
  ['copy (SELECT 1) to stdout;', text],
  ['COPY t TO STDOUT WITH BINARY', { kind: 'binary' }],
  ['COPY t TO STDOUT (FORMAT binary)', { kind: 'binary' }],
  ['COPY t TO STDOUT CSV HEADER', { ...csv, header: true }],
  [`COPY t TO STDOUT WITH (FORMAT 'csv', HEADER off, DELIMITER ';', FORCE_QUOTE *)`, undefined],
  [
    `COPY t TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER '|')`,
    { ...csv, delimiter: 0x7c, header: true },
  ],
  [`COPY t TO STDOUT (ENCODING 'LATIN1')`, text],
  [`COPY t TO STDOUT (NULL 'it''s none')`, { ...text, absent: "it's none" }],
  [`COPY t TO STDOUT (DELIMITER E'\\x01')`, { ...text, delimiter: 1 }],
  [
    `COPY t TO STDOUT (FORMAT csv, DELIMITER E'\\t', NULL '-')`,
    { ...csv, delimiter: TAB, absent: '-' },
  ],
  [`COPY t TO STDOUT (QUOTE '''', FORMAT csv)`, { ...csv, quote: 0x27, escape: 0x27 }],
  [`COPY t TO STDOUT (FORMAT csv, ESCAPE '!', QUOTE '~')`, { ...csv, quote: 0x7e, escape: 0x21 }],
])('reads %s', (statement, format) => {
  expect(readCopyFormat(statement)).toEqual(format)
})

it.each([
  'COPY t TO STDOUT (NULL $$x$$)',
  `COPY t TO STDOUT (NULL E'\\\\N')`,
  `COPY t TO STDOUT (QUOTE 'xy', FORMAT csv)`,
  `COPY t TO STDOUT (DELIMITER E'\\n')`,
  `COPY t TO STDOUT (DELIMITER U&'x')`,
  `COPY t TO STDOUT (FREEZE false)`,
  `COPY t TO STDOUT (HEADER match)`,
  'COPY t TO STDOUT -- (FORMAT binary)',
  'COPY t TO STDOUT /* */ (FORMAT csv)',
  'COPY t TO STDOUT; COPY t TO STDOUT CSV',
  `COPY (SELECT 'to stdout') TO STDOUT CSV`,
  'SELECT 1',
])('refuses to guess: %s', (text) => {
  expect(readCopyFormat(text)).toBeUndefined()
})
