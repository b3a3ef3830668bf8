import { among, firstUserOid } from './object-ids'

/**
 * What the target runs though no statement names it. Expressions are kept as trees ("pg_node_tree"), in which a call
 * holds the function's id and an operator that of the function behind it; a name in a tree has its spaces escaped, so it
 * cannot look like one. Read of objects with ids from $1 to $2.
 */
const calledIn = (tree: string): string =>
  `regexp_matches(${tree}, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') AS called`

/** A list without a column in it, with lists inside it up to three deep. */
const columnFree = (depth: number): string =>
  `(?:(?!\\{VAR )[^()]${depth === 0 ? '' : `|\\(${columnFree(depth - 1)}\\)`})*`

/** Arguments that the planner can compute before there is a row; then it computes what they are arguments of too. */
const foldable = `':args (?:<>|\\(${columnFree(3)}\\))'`

/** Causes are RelationCallCause in catalog.proto. A disabled trigger runs again only after DDL. */
export const relationCallsQuery = `
  WITH expressions(relation, cause, tree) AS (
    SELECT adrelid, 1, adbin::text FROM pg_attrdef WHERE ${among('adrelid')}
    UNION ALL SELECT conrelid, 2, conbin::text FROM pg_constraint 
      WHERE ${among('conrelid')} AND contype = 'c'
    UNION ALL SELECT indrelid, 3, concat(indexprs, indpred) FROM pg_index
      WHERE ${among('indrelid')} AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
    UNION ALL SELECT partrelid, 4, partexprs::text FROM pg_partitioned_table
      WHERE ${among('partrelid')} AND partexprs IS NOT NULL
    UNION ALL SELECT polrelid, 5, concat(polqual, polwithcheck) FROM pg_policy WHERE ${among('polrelid')}
    UNION ALL SELECT stxrelid, 8, to_jsonb(s)->>'stxexprs' FROM pg_statistic_ext s WHERE ${among('stxrelid')}
    UNION ALL SELECT tgrelid, 7, tgqual::text FROM pg_trigger
      WHERE ${among('tgrelid')} AND tgqual IS NOT NULL AND tgenabled <> 'D'
  ), calls(relation, cause, routine) AS (
    SELECT relation, cause, called[1]::int8 FROM expressions CROSS JOIN LATERAL ${calledIn('tree')}
    UNION SELECT relation, 9, called[1]::int8 FROM expressions CROSS JOIN LATERAL ${calledIn('tree')}
      WHERE cause IN (2, 3, 4) AND called[1]::int8 >= ${firstUserOid} AND tree ~ ${foldable}
    UNION SELECT tgrelid, 6, tgfoid::int8 FROM pg_trigger
      WHERE ${among('tgrelid')} AND NOT tgisinternal AND tgenabled <> 'D'
    UNION SELECT conrelid, 3, o.oprcode::oid::int8 FROM pg_constraint
      CROSS JOIN LATERAL unnest(conexclop) AS excludes(operator) JOIN pg_operator o ON o.oid = excludes.operator
      WHERE ${among('conrelid')}
    UNION SELECT indrelid, 3, p.amproc::oid::int8 FROM pg_index
      CROSS JOIN LATERAL unnest(indclass) AS sorts(class)
      JOIN pg_opclass k ON k.oid = sorts.class AND k.oid >= ${firstUserOid}
      JOIN pg_amproc p ON p.amprocfamily = k.opcfamily WHERE ${among('indrelid')}
  )
  SELECT relation::int8, cause, routine FROM calls ORDER BY 1, 2, 3`

/** Of a domain: what its checks call (false). Of a type with operator classes of its own: what compares (true). */
export const typeCallsQuery = `
  WITH own(type, family) AS (
    SELECT k.opcintype, k.opcfamily FROM pg_opclass k JOIN pg_am a ON a.oid = k.opcmethod
    WHERE ${among('k.opcintype')} AND k.opcdefault AND k.oid >= ${firstUserOid} AND a.amname IN ('btree', 'hash')
  )
  SELECT contypid::int8, false, called[1]::int8 FROM pg_constraint CROSS JOIN LATERAL ${calledIn('conbin::text')}
    WHERE ${among('contypid')}
  UNION SELECT type::int8, true, p.amproc::oid::int8 FROM own JOIN pg_amproc p ON p.amprocfamily = family
  UNION SELECT type::int8, true, o.oprcode::oid::int8 FROM own JOIN pg_amop m ON m.amopfamily = family
    JOIN pg_operator o ON o.oid = m.amopopr
  ORDER BY 1, 2, 3`

/** The steps of an aggregate, and what defaults of arguments call. */
export const routineCalls = `ARRAY(
    SELECT DISTINCT called.id FROM (
      SELECT step::oid::int8 AS id FROM pg_aggregate a CROSS JOIN LATERAL unnest(ARRAY[a.aggtransfn, a.aggfinalfn,
        a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]) AS step
      WHERE a.aggfnoid = p.oid AND step::oid <> 0
      UNION SELECT called[1]::int8 FROM ${calledIn('p.proargdefaults::text')}
    ) called WHERE NOT b.built_in ORDER BY 1
  )::text[]`

export const operatorsQuery = `
  SELECT o.oid::int8, n.nspname, o.oprname, o.oprleft::int8, o.oprright::int8, o.oprcode::oid::int8
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE ${among('o.oid')} AND o.oid >= ${firstUserOid} AND o.oprcode <> 0 ORDER BY o.oid`

export const castsQuery = `
  SELECT oid::int8, castsource::int8, casttarget::int8, castfunc::int8, castcontext <> 'e', castcontext = 'i'
  FROM pg_cast WHERE ${among('oid')} AND (castfunc >= ${firstUserOid} OR
    castcontext = 'i' AND castfunc = 0 AND greatest(castsource, casttarget) >= ${firstUserOid}) ORDER BY oid`

/** Those on login run before there is a statement. */
export const eventTriggersQuery = `
  SELECT oid::int8, evtevent, evtfoid::int8 FROM pg_event_trigger
  WHERE ${among('oid')} AND evtenabled <> 'D' AND evtevent <> 'login' ORDER BY oid`
