import { routineCalls } from './call-queries'
import { among, firstUserOid } from './object-ids'

/**
 * What is read from PostgreSQL's system catalogs ("System Catalogs" in its documentation), of objects with ids from $1 to
 * $2. Every query is ordered, so that the same catalog has the same digest. Temporary and toast objects are of one session and left out.
 */
export const lasting = `n.nspname !~ '^pg_(toast|temp)'`
/** Relations that a query can name. */
const relations = `c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${lasting}`
const fromRelations = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`

/** A view's query is a rule too; one that is disabled runs again only after DDL. */
const ownRule = `r.rulename <> '_RETURN' AND r.ev_enabled <> 'D'`

export const relationsQuery = `
  SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text,
         CASE WHEN c.relkind IN ('v', 'm') THEN coalesce(pg_get_viewdef(c.oid), '')
              WHEN c.relkind = 'p' THEN coalesce(pg_get_partkeydef(c.oid), '') ELSE '' END,
         EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND ${ownRule}),
         c.relrowsecurity, c.reltuples::float8
  ${fromRelations} WHERE ${among('c.oid')} AND ${relations} ORDER BY c.oid`

export const columnsQuery = `
  SELECT a.attrelid::int8, a.attnum::int, a.attname, a.atttypid::int8, coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND to_jsonb(a)->>'attgenerated' <> ''
  WHERE ${among('a.attrelid')} AND a.attnum > 0 AND NOT a.attisdropped AND ${relations}
  ORDER BY a.attrelid, a.attnum`

export const rulesQuery = `
  SELECT r.ev_class::int8, pg_get_ruledef(r.oid) FROM pg_rewrite r
  WHERE ${among('r.ev_class')} AND ${ownRule} ORDER BY r.ev_class, r.rulename`

export const parentsQuery = `
  SELECT i.inhrelid::int8, i.inhparent::int8 FROM pg_inherits i
  WHERE ${among('i.inhrelid')} ORDER BY i.inhrelid, i.inhseqno`

/** SQL-standard bodies (PostgreSQL 14) are kept parsed; before, every body is text. */
export function routinesQuery(serverVersion: number): string {
  const body =
    serverVersion >= 140_000
      ? 'coalesce(pg_get_function_sqlbody(p.oid), p.prosrc, $$$$)'
      : 'coalesce(p.prosrc, $$$$)'
  return `
  SELECT p.oid::int8, n.nspname, p.proname, p.prokind::text, p.provolatile::text, l.lanname,
         p.prosecdef, p.proretset, CASE WHEN l.lanname = 'sql' AND NOT b.built_in THEN ${body} ELSE '' END,
         p.pronargs::int, b.built_in, ${routineCalls},
         p.proargtypes::oid[]::text[], p.pronargdefaults::int, p.provariadic <> 0
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  CROSS JOIN LATERAL (
    SELECT p.oid::int8 < ${firstUserOid} OR EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    ) AS built_in
  ) b
  WHERE ${among('p.oid')} AND ${lasting} ORDER BY p.oid`
}

export const typesQuery = `
  SELECT t.oid::int8, n.nspname, t.typname,
         CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END::int8, t.typbasetype::int8, t.typrelid::int8
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE ${among('t.oid')} AND ${lasting} ORDER BY t.oid`
