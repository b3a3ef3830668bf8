import { createHash } from 'node:crypto'
import { CatalogManifest, CatalogPart, RelationKind, SqlEngine } from '@wardgate/contract'

export interface ReportedCatalog {
  readonly digest: string
  readonly manifest: CatalogManifest
  /** Its only part, serialised. */
  readonly body: Buffer
  readonly number: number
}

/** A target with one table, as an agent reports it. */
export function shopCatalog(columns = ['id', 'card_number'], hasRules = false): ReportedCatalog {
  const part: CatalogPart = {
    relations: [
      {
        id: 16400,
        schema: 'public',
        name: 'customers',
        kind: RelationKind.RELATION_KIND_TABLE,
        columns: columns.map((name, at) => ({
          number: at + 1,
          name,
          typeId: name === 'id' ? 23 : 25,
          generated: '',
        })),
        definition: '',
        parents: [],
        calls: [],
        hasRules,
        hasRowSecurity: false,
        estimatedRows: 10,
        rules: [],
        foreignKeys: [],
      },
    ],
    routines: [],
    types: [],
    operators: [],
    casts: [],
    eventTriggers: [],
    publications: [],
  }
  const body = Buffer.from(CatalogPart.encode(part).finish())
  const number = 16
  const manifest = {
    engine: SqlEngine.SQL_ENGINE_POSTGRESQL,
    serverVersion: 180004,
    defaultSearchPath: ['public'],
    parts: [{ number, digest: sha256(body) }],
  }
  return { digest: sha256(CatalogManifest.encode(manifest).finish()), manifest, body, number }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
