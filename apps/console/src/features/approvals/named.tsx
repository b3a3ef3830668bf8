import { UntrustedText } from '../../components/untrusted-text'
import type { Facts } from './approval'

/** EXECUTE and WHERE CURRENT OF say only a name: what it stands for is what is decided on. */
export function Named({ facts: { named = [] } }: { readonly facts: Facts }) {
  if (named.length === 0) return null
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
    </section>
  )
}
