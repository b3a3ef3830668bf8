import type { Work } from '../commands/work'
import { type Argument, prefixOf, textArgument, unknownArgument, valueOf } from '../words/argument'
import { fileArguments } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'
import { reader } from './readers'

/** A text on the input may name other files, whose content becomes a part of what is made of it. */
function readsInput(args: readonly Argument[]): boolean {
  return args.some(
    (argument) => valueOf(argument) === '-' || /^\/(?:dev|proc)\//.test(prefixOf(argument)),
  )
}

/** Options of XML tools that fetch what the text names. */
const reachesOut = /^--(?:noent|x[a-z]*inc|load|dtd|valid|postv|shell|schema|relax|catalog)/

function readAsTold(run: Parameters<ReadProgram>[0], work: Work): void {
  const { operands } = fileArguments(run.args, '')
  const isTold = run.args.some((argument) => reachesOut.test(prefixOf(argument)))
  if (operands.length === 0 || readsInput(run.args) || isTold) work.path('read', unknownArgument)
}

/** Options of compilers that write beside the output: where is not told from the rest. */
const writesBeside =
  /^-(?:M[FDJ]|MMD|aux-info|dump|save-temps|fdump|fprofile|fcallgraph|ftest|fstack-usage|-coverage)/

const readCompiler: ReadProgram = (run, work) => {
  reader({ valued: 'oxILDUlBT', writes: ['o'] })(run, work)
  const texts = run.args.map(prefixOf)
  if (readsInput(run.args)) work.path('read', unknownArgument)
  if (texts.some((text) => writesBeside.test(text))) work.path('write', unknownArgument)
  else if (!texts.some((text) => /^-(?:o|E$|fsyntax-only$)/.test(text)))
    work.tree('write', textArgument('.'))
}

/** What makes one file of others, as their text says. */
export const compilers: ProgramTable = {
  ...each('gcc cc g++ clang', readCompiler),
  ld: reader({ valued: 'oILTe', writes: ['o'] }),
  as: (run, work) => {
    reader({ valued: 'oID', writes: ['o'] })(run, work)
    readAsTold(run, work)
  },
  ...each('cpp nroff troff groff soelim eqn tbl pic refer xmllint xsltproc', (run, work) => {
    reader({})(run, work)
    readAsTold(run, work)
  }),
}
