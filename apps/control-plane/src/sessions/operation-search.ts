/** The actions as they are, and their names alone: people look for `delete` as for `delete table:public.orders`. */
export function searchableActions(actions: readonly string[]): string[] {
  return [...new Set([...actions.map((action) => action.split(' ', 1)[0] ?? ''), ...actions])]
}

/** As a column of the table is derived by the database. */
const traceparent = /traceparent[^0-9a-z]{1,4}00-([0-9a-f]{32})-/i

/** W3C trace id that the client claims in a statement's comment or a request's header. */
export function claimedTrace(text: string): string | null {
  return traceparent.exec(text)?.[1]?.toLowerCase() ?? null
}
