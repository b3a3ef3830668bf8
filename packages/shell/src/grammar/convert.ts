import { type RawNode, UnknownSyntax } from './raw-node'
import { redirectOperators, token } from './tokens'
import type {
  Assignment,
  Command,
  Compound,
  Construct,
  Parameter,
  Part,
  Redirect,
  Statement,
  Word,
} from './tree'

/** Node types are listed: what is not here is not understood, and the text is opaque. */
export function convertStatements(nodes: readonly RawNode[]): readonly Statement[] {
  return nodes.map(convertStatement)
}

function convertStatement(node: RawNode): Statement {
  const command = node.optional('Cmd')
  return {
    ...(command && { command: convertCommand(command) }),
    redirects: node.list('Redirs').map(convertRedirect),
    background: node.flag('Background') || node.flag('Coprocess'),
  }
}

function convertRedirect(node: RawNode): Redirect {
  const operator = redirectOperators.get(node.code('Op'))
  if (operator === undefined) throw new UnknownSyntax('redirection')
  const body = node.optional('Hdoc')
  return {
    descriptor: node.optional('N')?.text('Value') ?? '',
    operator,
    word: convertWord(node.child('Word')),
    ...(body && { body: convertWord(body) }),
  }
}

const commandConverters: Readonly<Record<string, (node: RawNode) => Command>> = {
  CallExpr: (node) => ({
    kind: 'simple',
    assignments: node.list('Assigns').map(convertAssignment),
    words: node.list('Args').map(convertWord),
  }),
  DeclClause: (node) => ({
    kind: 'declaration',
    variant: node.child('Variant').text('Value'),
    assignments: node.list('Args').map(convertAssignment),
  }),
  BinaryCmd: (node) => {
    const piped = node.code('Op') === token.pipe || node.code('Op') === token.pipeAll
    const statements = [node.child('X'), node.child('Y')].map(convertStatement)
    return compound(piped ? 'pipeline' : 'list', { statements })
  },
  Subshell: (node) => compound('group', { statements: convertStatements(node.list('Stmts')) }),
  Block: (node) => compound('group', { statements: convertStatements(node.list('Stmts')) }),
  IfClause: convertIf,
  WhileClause: (node) =>
    compound('loop', {
      statements: convertStatements([...node.list('Cond'), ...node.list('Do')]),
    }),
  ForClause: convertFor,
  CaseClause: convertCase,
  FuncDecl: (node) =>
    compound('function', {
      statements: [convertStatement(node.child('Body'))],
      names: [node.child('Name').text('Value')],
    }),
  TestClause: (node) => compound('test', convertTest(node.child('X'))),
  ArithmCmd: (node) => compound('arithmetic', { arithmetic: convertArithmetic(node.child('X')) }),
  LetClause: (node) =>
    compound('arithmetic', { arithmetic: node.list('Exprs').flatMap(convertArithmetic) }),
  TimeClause: (node) => compound('time', { statements: optionalStatement(node) }),
  CoprocClause: (node) => compound('coprocess', { statements: optionalStatement(node) }),
}

function convertCommand(node: RawNode): Command {
  const { type } = node
  const convert = Object.hasOwn(commandConverters, type) ? commandConverters[type] : undefined
  if (convert === undefined) throw new UnknownSyntax(type)
  return convert(node)
}

function compound(construct: Construct, parts: Partial<Compound>): Compound {
  const none = { statements: [], words: [], arithmetic: [], names: [] }
  return { ...none, ...parts, kind: 'compound', construct }
}

function optionalStatement(node: RawNode): readonly Statement[] {
  const statement = node.optional('Stmt')
  return statement ? [convertStatement(statement)] : []
}

function convertIf(node: RawNode): Compound {
  const statements: Statement[] = []
  for (let branch: RawNode | undefined = node; branch; branch = branch.optional('Else'))
    statements.push(...convertStatements([...branch.list('Cond'), ...branch.list('Then')]))
  return compound('condition', { statements })
}

function convertFor(node: RawNode): Compound {
  const loop = node.child('Loop')
  const statements = convertStatements(node.list('Do'))
  if (loop.type === 'WordIter') {
    const words = loop.list('Items').map(convertWord)
    return compound('loop', { statements, words, names: [loop.child('Name').text('Value')] })
  }
  const steps = ['Init', 'Cond', 'Post'].flatMap((key) => loop.optional(key) ?? [])
  return compound('loop', { statements, arithmetic: steps.flatMap(convertArithmetic) })
}

function convertCase(node: RawNode): Compound {
  const items = node.list('Items')
  const patterns = items.flatMap((item) => item.list('Patterns'))
  return compound('condition', {
    words: [node.child('Word'), ...patterns].map(convertWord),
    statements: items.flatMap((item) => convertStatements(item.list('Stmts'))),
  })
}

function convertAssignment(node: RawNode): Assignment {
  const elements = node.optional('Array')?.list('Elems') ?? []
  const values = [node, ...elements].flatMap((holder) => holder.optional('Value') ?? [])
  const subscripts = [node, ...elements].flatMap((holder) => holder.optional('Index') ?? [])
  const name = node.optional('Name')?.text('Value')
  return {
    ...(name !== undefined && { name }),
    values: values.map(convertWord),
    arithmetic: subscripts.flatMap(convertArithmetic),
    naked: node.flag('Naked'),
  }
}

function convertWord(node: RawNode): Word {
  return { parts: node.list('Parts').map(convertPart) }
}

const partConverters: Readonly<Record<string, (node: RawNode) => Part>> = {
  Lit: (node) => ({ kind: 'literal', text: node.text('Value') }),
  SglQuoted: (node) => ({
    kind: 'single-quoted',
    text: node.text('Value'),
    ansi: node.flag('Dollar'),
  }),
  DblQuoted: (node) => ({
    kind: 'double-quoted',
    parts: node.list('Parts').map(convertPart),
    locale: node.flag('Dollar'),
  }),
  ParamExp: convertParameter,
  CmdSubst: (node) => ({
    kind: 'command-substitution',
    statements: convertStatements(node.list('Stmts')),
  }),
  ProcSubst: (node) => ({
    kind: 'process-substitution',
    statements: convertStatements(node.list('Stmts')),
  }),
  ArithmExp: (node) => ({
    kind: 'arithmetic',
    leaves: convertArithmetic(node.child('X')),
    bracket: node.flag('Bracket'),
  }),
  ExtGlob: (node) => ({ kind: 'extended-glob', pattern: node.child('Pattern').text('Value') }),
}

function convertPart(node: RawNode): Part {
  const { type } = node
  const convert = Object.hasOwn(partConverters, type) ? partConverters[type] : undefined
  if (convert === undefined) throw new UnknownSyntax(type)
  return convert(node)
}

function convertParameter(node: RawNode): Parameter {
  const [slice, replace, expansion] = [
    node.optional('Slice'),
    node.optional('Repl'),
    node.optional('Exp'),
  ]
  const words = [replace?.optional('Orig'), replace?.optional('With'), expansion?.optional('Word')]
  const numbers = [node.optional('Index'), slice?.optional('Offset'), slice?.optional('Length')]
  const operator = expansion?.code('Op')
  return {
    kind: 'parameter',
    name: node.child('Param').text('Value'),
    words: words.flatMap((word) => (word ? [convertWord(word)] : [])),
    arithmetic: numbers.flatMap((number) => (number ? convertArithmetic(number) : [])),
    assigns: operator === token.assignUnset || operator === token.assignUnsetOrNull,
    evaluates: node.flag('Excl') || operator === token.otherExpansion,
  }
}

/** The leaves of an arithmetic expression. */
function convertArithmetic(node: RawNode): readonly Word[] {
  switch (node.type) {
    case 'Word':
      return [convertWord(node)]
    case 'BinaryArithm':
      return [...convertArithmetic(node.child('X')), ...convertArithmetic(node.child('Y'))]
    case 'UnaryArithm':
    case 'ParenArithm':
      return convertArithmetic(node.child('X'))
    default:
      throw new UnknownSyntax(node.type)
  }
}

interface Test {
  readonly words: readonly Word[]
  readonly arithmetic: readonly Word[]
}

/** The operands of `[[ … ]]`; those of numeric comparison and of `-v` are evaluated once more. */
function convertTest(node: RawNode): Test {
  switch (node.type) {
    case 'Word':
      return { words: [convertWord(node)], arithmetic: [] }
    case 'BinaryTest':
      return comparison(node)
    case 'UnaryTest':
      return evaluatesName(node.code('Op'))
        ? operandsOnly([convertTest(node.child('X'))])
        : convertTest(node.child('X'))
    case 'ParenTest':
      return convertTest(node.child('X'))
    default:
      throw new UnknownSyntax(node.type)
  }
}

function comparison(node: RawNode): Test {
  const sides = [convertTest(node.child('X')), convertTest(node.child('Y'))]
  const operator = node.code('Op')
  if (operator >= token.firstNumberTest && operator <= token.lastNumberTest)
    return operandsOnly(sides)
  return {
    words: sides.flatMap(({ words }) => words),
    arithmetic: sides.flatMap(({ arithmetic }) => arithmetic),
  }
}

function evaluatesName(operator: number): boolean {
  return operator === token.testVariable || operator === token.testReference
}

function operandsOnly(sides: readonly Test[]): Test {
  return {
    words: [],
    arithmetic: sides.flatMap(({ words, arithmetic }) => [...words, ...arithmetic]),
  }
}
