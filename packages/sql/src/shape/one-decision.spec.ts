import { analyze } from '../analyze'
import { planMasks } from '../masks/plan-masks'
import { loadParser, parseText } from '../parser'
import {
  readJson,
  referenceMasks,
  seedIndex,
  statement,
  type BypassRow,
  type Outcome,
} from '../testing/reference'
import { shapeKey } from './shape-key'

beforeAll(loadParser)

const texts = [
  ...Object.values(readJson<Record<Outcome, string[]>>('cousins.json')).flat(),
  ...readJson<readonly BypassRow[]>('bypass-rows.json').map(({ payload }) => payload),
  `select jsonb_path_query(to_jsonb(c), '$.ssn') from customers c`,
  `select format('%s', ssn) from customers`,
  `select xpath('/x', xmlelement(name x, ssn)) from customers`,
  `select v from customers c, xmltable('/x' passing xmlelement(name x, c.ssn) columns v text path '.')`,
  `select ('x' || encode(ssn::bytea, 'hex'))::bit(8) from customers`,
  `select lpad(translate(ssn, 'C', ''), 9, '.') from customers`,
  `select replace(ssn, 'C', 'x'), translate(ssn, 'C', '') || 'x' from customers`,
]
const strings = [
  '',
  'hex',
  '%1$*2$s',
  '$.ssn ? (@ starts with "C")',
  '//x[.="C"]',
  '%',
  'x'.repeat(9_000),
]
const numbers = ['0', '1', '2', '1000000000']

/** Texts of the same shape: every constant of one kind becomes another one. */
function relatives(text: string): string[] {
  const withStrings = strings.map((other) => text.replace(/(?<![\w$&])'[^'\\]*'/g, `'${other}'`))
  const withNumbers = numbers.map((other) => text.replace(/(?<![\w.$'"])\d+(?![\w.'"])/g, other))
  const key = shapeKey(text)
  return [...withStrings, ...withNumbers].filter(
    (other) => shapeKey(other) === key && parseText(other).kind === 'parsed',
  )
}

/** What the control plane would decide by: actions, risk and masks. */
function decision(text: string): { readonly isForShape: boolean; readonly decided: unknown } {
  const analysis = analyze(statement(text), seedIndex)
  const { facts } = analysis
  const masks = planMasks(analysis, { masks: referenceMasks, minimumGroupSize: 5 }, seedIndex)
  return {
    isForShape: !facts.literalsMatter && facts.opaque.length === 0,
    decided: { facts, masks },
  }
}

// A verdict that holds for a shape is applied to other constants without another look.
it('decides the same for all constants whenever the verdict is to hold for the shape', () => {
  let compared = 0
  for (const text of texts) {
    if (shapeKey(text) === undefined) continue
    const { isForShape, decided } = decision(text)
    if (!isForShape) continue
    for (const other of relatives(text)) {
      compared += 1
      expect({ other, decided: decision(other).decided }).toEqual({ other, decided })
    }
  }
  expect(compared).toBeGreaterThan(1_000)
})
