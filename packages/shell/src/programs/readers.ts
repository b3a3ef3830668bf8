import { childOf, textArgument, unknownArgument } from '../words/argument'
import { fileArguments, optionValues } from './file-arguments'
import { readLists } from './files'
import { each, type ProgramTable, type ReadProgram } from './program'

/** Letters of options, and their names. */
type OptionNames = readonly [letters: string, ...names: string[]]

interface Reader {
  /** Letters of options with a value. */
  readonly valued?: string
  /** Options whose value is a file that is read, or holds names that are shown. */
  readonly reads?: OptionNames
  readonly writes?: OptionNames
  /** Operands before the first file. */
  readonly skip?: number
  /** Whether of a folder it reads what is in it. */
  readonly recursive?: boolean
  /** Long options whose value is a list of files that are read. */
  readonly lists?: readonly string[]
}

/** Shows files, or what is in them in another form. */
export function reader({
  valued = '',
  reads = [''],
  writes = [''],
  skip = 0,
  recursive = false,
  lists = [],
}: Reader): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    const named = [...read.operands.slice(skip), ...optionValues(read, ...reads), ...read.others]
    readLists(read, work, ...lists)
    for (const file of named)
      if (recursive) work.tree('read', file)
      else work.path('read', file)
    for (const file of optionValues(read, ...writes)) work.path('write', file)
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
    'tsort ptx sum hd vis unvis ul basenc uudecode bat batcat ccat zless zmore bzless xzless lzcat zstdcat lz4cat lzless zdiff zcmp xzdiff objdump readelf nm enscript a2ps ctags aspell hunspell lesspipe hexyl diff3 wdiff vimcat pygmentize highlight tree uuencode insmod',
    reader({}),
  ),
  ...each(
    'wc du',
    reader({ valued: 'dBtX', reads: ['X', 'exclude-from'], lists: ['files0-from'] }),
  ),
  file: reader({ valued: 'fmFP', reads: ['fm', 'files-from', 'magic-file'] }),
  // Of two folders it compares the files by the same names, whether with -r or without.
  ...each(
    'diff colordiff sdiff',
    reader({
      valued: 'xIFSWUCD',
      reads: ['X', 'from-file', 'to-file', 'exclude-from'],
      writes: ['', 'output'],
      recursive: true,
    }),
  ),
  shuf: reader({ valued: 'no', writes: ['o', 'output'] }),
  iconv: reader({ valued: 'fto', writes: ['o', 'output'] }),
  look: reader({ valued: 't', skip: 1 }),
  pv: reader({ valued: 'iLBNDwHF' }),
  logger: reader({ valued: 'fipntuPS', reads: ['f', 'file'], skip: Infinity }),
  dig: reader({ valued: 'bcfkmpqtxy', reads: ['f'], skip: Infinity }),
  ss: reader({ valued: 'AfFD', reads: ['F', 'filter'], writes: ['D', 'diag'], skip: Infinity }),
  last: reader({ valued: 'fnpst', reads: ['f', 'file'], skip: Infinity }),
  journalctl: reader({ valued: 'nuMobtpDocS', reads: ['D', 'file', 'directory'], skip: Infinity }),
  sysctl: reader({ valued: 'r', reads: ['pf', 'load'] }),
  man: reader({ valued: 'sSMLmP' }),
  ...each('whiptail dialog', worded(['textbox', 'tailbox', 'editbox', 'file'], [])),
  openssl: worded(
    ['in', 'inkey', 'key', 'kfile', 'CAfile', 'cert', 'certfile', 'content', 'signature'],
    ['out', 'keyout', 'writerand', 'CAserial'],
  ),
  ...each('gpg gpg2', reader({ valued: 'oru', writes: ['o', 'output'] })),
  ...each('mail mailx mutt', reader({ valued: 'abcrsqu', reads: ['a', 'attach'] })),
  'ssh-keygen': reader({ valued: 'tbfNCPsIVnzmO', reads: ['f'], writes: ['f'] }),
  'ssh-keyscan': reader({ valued: 'ftpTc', reads: ['f'], skip: Infinity }),
  ...each('dos2unix unix2dos recode', ({ args }, work) => {
    for (const file of fileArguments(args, '').operands) work.path('write', file)
  }),
  patch: ({ args }, work) => {
    const read = fileArguments(args, 'diorpBDFVYz')
    for (const file of read.operands) work.path('write', file)
    for (const file of optionValues(read, 'dor')) work.tree('write', file)
    for (const file of optionValues(read, 'i', 'input')) work.path('read', file)
    // Which files it changes is what the patch says.
    if (read.operands.length === 0) work.path('write', unknownArgument)
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
  nmap: worded(
    ['iL', 'excludefile', 'servicedb', 'versiondb', 'resume'],
    ['oN', 'oX', 'oG', 'oS', 'oA'],
  ),
  tcpdump: reader({ valued: 'rFcCGijlmMsTyEBBWwzZ', reads: ['rFV'], skip: Infinity }),
  tshark: reader({ valued: 'rwfRYidDcTEezo', reads: ['r'], writes: ['w'], skip: Infinity }),
  ...each(
    'pg_dump pg_dumpall pg_restore',
    reader({ valued: 'fdhpUFtnLjNTO', reads: ['L'], writes: ['f', 'file'], skip: Infinity }),
  ),
  ...each(
    'mysqldump mariadb-dump',
    reader({ valued: 'rThPuS', writes: ['rT', 'result-file', 'tab'], skip: Infinity }),
  ),
  ...each(
    'nft iptables-restore ip6tables-restore',
    reader({ valued: 'fIDT', reads: ['f', 'file'] }),
  ),
  ...each('tc bridge', reader({ valued: 'b', reads: ['b'], skip: Infinity })),
  // Its databases are files of /etc for the most part.
  getent: ({ args }, work) => {
    const [database] = fileArguments(args, 'si').operands
    if (database) work.path('read', childOf(textArgument('/etc'), database))
  },
  ldconfig: reader({ valued: 'fCr', writes: ['C'] }),
  ...each('mktemp fallocate', ({ args }, work) => {
    const read = fileArguments(args, 'lop')
    for (const file of read.operands) work.path('create', file)
    for (const folder of optionValues(read, 'p', 'tmpdir')) work.tree('create', folder)
  }),
}
