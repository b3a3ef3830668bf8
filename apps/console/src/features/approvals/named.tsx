import { UntrustedText } from '../../components/untrusted-text'
import type { Facts } from './approval'

/** EXECUTE and WHERE CURRENT OF say only a name: what it stands for is what is decided on. */
export function Named({ facts: { named = [], detail } }: { readonly facts: Facts }) {
  const cursors = detail?.['sql.cursors'] ?? []
  if (named.length === 0 && cursors.length === 0) return null
  return (
    <section>
      <h2>What its names stand for</h2>
      {named.map(({ name, text }, at) => (
        <UntrustedText
          key={at}
          text={`${name === '' ? '(unnamed)' : name}: ${text}`}
          label="Named statement"
        />
      ))}
      {cursors.map((name, at) => (
        <Cursor key={at} name={name} />
      ))}
    </section>
  )
}

/** An approver knows the query that a cursor goes through, not at which of its rows it stands. */
function Cursor({ name }: { readonly name: string }) {
  return (
    <>
      <p>
        Which row it changes is not known here: the one at which this cursor stands when it runs, of
        those that its query gives.
      </p>
      <UntrustedText text={name} label="Cursor" />
    </>
  )
}
