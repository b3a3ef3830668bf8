import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import type { Relation } from '../catalog'
import { planMasks } from '../masks/plan-masks'
import { loadParser } from '../parser'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'
import { statement } from '../testing/reference'
import { indexCatalog } from './catalog-index'

function table(id: number, name: string, more: Partial<Relation> = {}): Relation {
  return madeTable(id, name, { columns: textColumns(['id', 'note', 'ssn']), ...more })
}

const rule = (event: string, table: string, action: string) =>
  `CREATE RULE r AS ON ${event} TO public.${table} ${action};`

const catalog = madeCatalog({
  relations: [
    table(1, 'log'),
    table(2, 'logged', {
      rules: [
        rule('INSERT', 'logged', 'DO INSERT INTO public.log (id, note) VALUES (new.id, new.note)'),
      ],
    }),
    table(3, 'copied', {
      rules: [
        rule(
          'DELETE',
          'copied',
          'DO ( INSERT INTO public.log (note) VALUES (old.ssn); NOTIFY n; )',
        ),
      ],
    }),
    table(4, 'shown', {
      rules: [rule('INSERT', 'shown', 'DO SELECT upper(ssn) FROM public.copied')],
    }),
    table(5, 'endless', {
      rules: [rule('INSERT', 'endless', 'DO INSERT INTO public.endless (id) VALUES (new.id)')],
    }),
    table(6, 'conditional', {
      rules: [rule('UPDATE', 'conditional', 'WHERE (old.ssn = new.note) DO INSTEAD NOTHING')],
    }),
    table(7, 'unread', { hasRules: true }),
    table(8, 'view_of_logged', {
      kind: 'view',
      definition: 'SELECT id, note, ssn FROM public.logged',
    }),
  ],
})
const index = indexCatalog(catalog)
const mask: SelectedMask = {
  reference: { policy: 'p', rule: 'ssn' },
  columns: ['*.ssn'],
  detectors: [],
  method: { kind: 'redact' },
}

function analysed(text: string) {
  return analyze(statement(text), index)
}

function effects(text: string): string[] {
  return analysed(text).facts.actions.map(({ action, resource }) => `${action} ${resource}`)
}

beforeAll(loadParser)

describe('rewrite rules', () => {
  it.each([
    ['INSERT INTO logged VALUES (1)', ['insert table:public.log', 'insert table:public.logged']],
    ['DELETE FROM logged', ['delete table:public.logged']],
    ['COPY logged FROM STDIN', ['copy table:public.logged', 'insert table:public.logged']],
    [
      'DELETE FROM copied',
      ['delete table:public.copied', 'insert table:public.log', 'notify channel:n'],
    ],
    ['TRUNCATE logged', ['truncate table:public.logged']],
  ])('have the effects of their actions: %s', (text, expected) => {
    expect(effects(text)).toEqual(expected)
    expect(analysed(text).facts.opaque).toEqual([])
  })

  it('are those of a table behind a view too', () => {
    expect(effects('INSERT INTO view_of_logged VALUES (1)')).toContain('insert table:public.log')
  })

  it.each([
    ['INSERT INTO shown VALUES (1)', 'rule r of public.shown returns rows of its own'],
    ['INSERT INTO endless VALUES (1)', 'rule r of public.endless is nested too deeply'],
    ['INSERT INTO unread VALUES (1)', 'relation public.unread has rewrite rules'],
    [
      'MERGE INTO logged l USING log ON l.id = log.id WHEN MATCHED THEN DELETE',
      'relation public.logged has rewrite rules',
    ],
  ])('cannot be followed in %s', (text, reason) => {
    expect(analysed(text).facts.opaque).toEqual([reason])
  })

  it.each([
    ['DELETE FROM copied', /written where its mask would not follow/],
    ["UPDATE conditional SET note = 'x'", /used in a condition/],
  ])('do not carry a masked column where its mask does not follow: %s', (text, message) => {
    const decision = planMasks(analysed(text), { masks: [mask] }, index)
    expect(decision).toMatchObject({ message: expect.stringMatching(message) as string })
  })

  it('answer with what nobody has followed', () => {
    expect(analysed('INSERT INTO shown VALUES (1)').statements).toMatchObject([
      { unknownOutputs: true, tainted: true },
    ])
  })
})
