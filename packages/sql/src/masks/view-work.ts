import { newFactNotes, newLineageNotes, type Work } from '../lineage/work'
import type { CatalogIndex } from '../names/catalog-index'
import { parseText } from '../parser'
import { evaluateQuery } from '../statements/queries'

/** What is needed to follow a view outside of any statement. */
export function viewWork(index: CatalogIndex): Work {
  return {
    index,
    searchPath: undefined,
    role: '',
    facts: newFactNotes(),
    lineage: newLineageNotes(),
    nesting: 0,
    candidates: [],
    query: evaluateQuery,
    parse: (text) => {
      const parsed = parseText(text)
      return parsed.kind === 'parsed' ? parsed.statements.map(({ tree }) => tree) : undefined
    },
  }
}
