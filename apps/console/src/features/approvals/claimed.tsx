import { FactsList } from '../../components/facts-list'
import { Untrusted } from '../../components/untrusted-text'

/** What the client says about itself. It is never a reason to allow anything, and it looks like that. */
export function Claimed({ claimed }: { readonly claimed: Readonly<Record<string, string>> }) {
  const entries = Object.entries(claimed)
  if (entries.length === 0) return null
  return (
    <section className="claimed">
      <h2>
        Claimed by the client <span className="badge badge-wait">not verified</span>
      </h2>
      <FactsList
        facts={entries.map(([name, value]) => ({ name, value: <Untrusted text={value} /> }))}
      />
    </section>
  )
}
