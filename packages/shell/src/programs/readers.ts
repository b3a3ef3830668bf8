import { fileArguments, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

interface Reader {
  /** Letters of options with a value. */
  readonly valued?: string
  /** Letter and name of an option whose value is a file that is read, or holds names that are shown. */
  readonly reads?: readonly (readonly [string, string])[]
  readonly writes?: readonly (readonly [string, string])[]
  /** Operands before the first file. */
  readonly skip?: number
}

/** Shows files, or what is in them in another form. */
function reader({ valued = '', reads = [], writes = [], skip = 0 }: Reader): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    for (const file of read.operands.slice(skip)) work.path('read', file)
    for (const [letter, name] of reads)
      for (const file of optionValues(read, letter, name)) work.path('read', file)
    for (const [letter, name] of writes)
      for (const file of optionValues(read, letter, name)) work.path('write', file)
  }
}

/** Whose options have one dash and a word, and their values an argument each. */
function worded(reads: readonly string[], writes: readonly string[]): ReadProgram {
  return ({ args }, work) => {
    args.forEach(({ segments }, at) => {
      const [first] = segments
      const next = args[at + 1]
      if (first?.kind !== 'text' || next === undefined) return
      const name = first.text.replace(/^--?/, '')
      if (reads.includes(name)) work.path('read', next)
      if (writes.includes(name)) work.path('write', next)
    })
  }
}

/** Programs that show what is in a file, beside those that everybody thinks of. */
export const readers: ProgramTable = {
  ...each(
    'tsort ptx sum hd vis unvis ul basenc uudecode bat batcat ccat zless zmore bzless xzless lzcat zstdcat lz4cat lzless zdiff zcmp xzdiff objdump readelf nm xmllint xsltproc enscript a2ps nroff troff groff soelim eqn tbl cpp as ctags aspell hunspell lesspipe hexyl colordiff sdiff diff3 wdiff vimcat pygmentize highlight tree',
    reader({}),
  ),
  ...each('wc du', reader({ reads: [['', 'files0-from']] })),
  file: reader({ valued: 'fmFP', reads: [['f', 'files-from']] }),
  diff: reader({
    valued: 'xIFSWUCD',
    reads: [
      ['', 'from-file'],
      ['', 'to-file'],
      ['X', 'exclude-from'],
    ],
    writes: [['', 'output']],
  }),
  shuf: reader({ valued: 'no', writes: [['o', 'output']] }),
  iconv: reader({ valued: 'fto', writes: [['o', 'output']] }),
  look: reader({ valued: 't', skip: 1 }),
  uuencode: reader({}),
  pv: reader({ valued: 'iLBNDwHF' }),
  logger: reader({ valued: 'fipntuPS', reads: [['f', 'file']], skip: Infinity }),
  dig: reader({ valued: 'bcfkmpqtxy', reads: [['f', '']], skip: Infinity }),
  ss: reader({ valued: 'AfFD', reads: [['F', 'filter']], writes: [['D', 'diag']], skip: Infinity }),
  last: reader({ valued: 'fnpst', reads: [['f', 'file']], skip: Infinity }),
  journalctl: reader({
    valued: 'nuMobtpDocS',
    reads: [
      ['', 'file'],
      ['D', 'directory'],
    ],
    skip: Infinity,
  }),
  sysctl: reader({
    valued: 'r',
    reads: [
      ['p', 'load'],
      ['f', 'load'],
    ],
  }),
  man: reader({ valued: 'sSMLmP' }),
  ...each('whiptail dialog', worded(['textbox', 'tailbox', 'editbox', 'file'], [])),
  openssl: worded(
    ['in', 'inkey', 'key', 'kfile', 'CAfile', 'cert', 'certfile', 'content', 'signature'],
    ['out', 'keyout', 'writerand', 'CAserial'],
  ),
  ...each('gpg gpg2', reader({ valued: 'oru', writes: [['o', 'output']] })),
  ...each('mail mailx mutt', reader({ valued: 'abcrsqu', reads: [['a', 'attach']] })),
  ...each('gcc cc g++ clang', reader({ valued: 'oxILDUlBT', writes: [['o', '']] })),
  'ssh-keygen': reader({
    valued: 'tbfNCPsIVnzmO',
    reads: [['f', '']],
    writes: [['f', '']],
  }),
  'ssh-keyscan': reader({ valued: 'ftpTc', reads: [['f', '']], skip: Infinity }),
  ...each('dos2unix unix2dos recode', ({ args }, work) => {
    for (const file of fileArguments(args, '').operands) work.path('write', file)
  }),
  patch: ({ args }, work) => {
    const read = fileArguments(args, 'diorpBDFVYz')
    for (const file of read.operands) work.path('write', file)
    for (const letter of ['d', 'o', 'r'] as const)
      for (const file of optionValues(read, letter)) work.tree('write', file)
    for (const file of optionValues(read, 'i', 'input')) work.path('read', file)
    // Which files it changes is what the patch says.
    if (read.operands.length === 0) work.path('write', { segments: [unknown] })
  },
  // What is mounted, or installed as an alternative, lies over what was there.
  mount: ({ args }, work) => {
    const { operands } = fileArguments(args, 'toLUO')
    for (const place of operands.slice(-1)) work.tree('write', place)
  },
  'update-alternatives': ({ args }, work) => {
    const [place] = fileArguments(args, '').operands
    if (place) work.path('write', place)
  },
  ldconfig: reader({ valued: 'fCr', writes: [['C', '']] }),
  insmod: reader({}),
  ...each('mktemp fallocate', ({ args }, work) => {
    const read = fileArguments(args, 'lop')
    for (const file of read.operands) work.path('create', file)
    for (const folder of optionValues(read, 'p', 'tmpdir')) work.tree('create', folder)
  }),
}

const unknown = { kind: 'unknown', many: false } as const
