import { text, unwrap, type Tree } from '../tree'

/** Statements after which all that was known of the schema still holds, but for what their own names say. */
const followed: ReadonlySet<string> = new Set(
  `
AlterDefaultPrivilegesStmt AlterEnumStmt AlterOwnerStmt AlterSeqStmt AlterTableStmt CheckPointStmt
ClosePortalStmt CommentStmt ConstraintsSetStmt CopyStmt CreateDomainStmt CreateEnumStmt CreateExtensionStmt
CreatePolicyStmt CreateSchemaStmt CreateSeqStmt CreateStatsStmt CreateStmt CreateTableAsStmt
DeallocateStmt DeclareCursorStmt DeleteStmt DiscardStmt DropStmt ExecuteStmt ExplainStmt FetchStmt
GrantStmt IndexStmt InsertStmt ListenStmt LockStmt MergeStmt NotifyStmt PrepareStmt
RefreshMatViewStmt ReindexStmt SelectStmt TransactionStmt TruncateStmt UnlistenStmt UpdateStmt
VacuumStmt VariableSetStmt VariableShowStmt ViewStmt
`
    .trim()
    .split(/\s+/),
)

const followedMoves: ReadonlySet<string> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_INDEX',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TABLE',
  'OBJECT_VIEW',
])

/** Of renames those of relations and what is in them: a schema that takes another's name changes what every name means. */
export function isFollowed(statement: Tree): boolean {
  const { kind, body } = unwrap(statement)
  if (kind === 'RenameStmt') return followedMoves.has(text(body, 'renameType'))
  if (kind === 'AlterObjectSchemaStmt') return followedMoves.has(text(body, 'objectType'))
  return followed.has(kind)
}
