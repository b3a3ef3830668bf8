import { mayHideOption, prefixOf, valueOf } from '../words/argument'
import { each, type ProgramTable, type ReadProgram } from './program'
import { readScript } from './script'

const asks = new Set(['--version', '-V', '-v', '--help', '-h', '-version'])

/** A program text in an argument, on the input, or named in another way than as the first file. */
const readInterpreter: ReadProgram = ({ name, args }, work) => {
  const [first] = args
  const value = first && valueOf(first)
  if (args.length === 1 && value !== undefined && asks.has(value)) return
  const plain = /^python/.test(name) ? plainOfPython : plainFlag
  const at = args.findIndex((argument) => !plain.test(valueOf(argument) ?? '*'))
  const file = at < 0 ? undefined : args[at]
  if (file === undefined) work.opaque(`${name} runs the program text that it reads`)
  else if (mayHideOption(file) || prefixOf(file).startsWith('-'))
    work.opaque(`${name} may run code from its arguments or its input`)
  else readScript(name, file, work)
}

/** Flags that neither run nor load anything, in any of these languages; `-E` and `-B` are code in some. */
const plainFlag = /^-w$/
const plainOfPython = /^-(?:[uBEIsOq]|OO)$/

const codeForBuilder =
  /^-(?:[fDPEIbe]|-(?:file|eval|just-print|init-script|build-file))|=|^exec:|:exec|^-$/

/** Builders run what their files say; values and texts in arguments are code as well. */
const readBuilder: ReadProgram = ({ name, args }, work) => {
  for (const argument of args) {
    const value = valueOf(argument)
    if (value === undefined || codeForBuilder.test(value)) {
      work.opaque(`${name} may run code from its arguments`)
      return
    }
  }
}

export const interpreters: ProgramTable = {
  ...each(
    'python python2 python3 perl ruby node nodejs php lua luajit tclsh wish Rscript julia pwsh osascript groovy jjs guile racket scheme sbcl runhaskell ocaml erl escript elixir iex swift kotlin scala ts-node tsx',
    readInterpreter,
  ),
  ...each(
    'make gmake ninja cmake ctest mvn gradle ant rake grunt gulp scons bazel meson',
    readBuilder,
  ),
  ...each('npx bunx pipx uvx deno bun', ({ name }, work) => {
    work.opaque(`${name} may fetch a program, or take one from its arguments`)
  }),
}
