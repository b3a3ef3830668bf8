/** The end of an id: its beginning is a time, and the same for its neighbours. */
export function ShortId({ id }: { readonly id: string }) {
  return <code title={id}>{id.length > 12 ? `…${id.slice(-8)}` : id}</code>
}
