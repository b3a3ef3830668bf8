import type { SessionState } from '@wardgate/gateway'
import type { CatalogIndex } from '@wardgate/sql'
import type { CatalogsService } from '../../catalogs/catalogs.service'
import type { DecisionSession } from '../decision-session'
import { CatalogUnread } from './catalog-unread'

/** The catalog that an operation's names mean. Rejects with ERR_POLICY_STALE while no agent has reported it. */
export async function catalogOf(
  catalogs: CatalogsService,
  { target, database: opened }: DecisionSession,
  state: SessionState,
): Promise<{ readonly index: CatalogIndex; readonly database: string }> {
  const database = state.database === '' ? opened : state.database
  const index = await catalogs.find({ connectionId: target.connectionId, database })
  if (index !== undefined) return { index, database }
  throw new CatalogUnread(target.name, database)
}
