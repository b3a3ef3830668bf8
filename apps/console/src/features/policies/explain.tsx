import type { SubmitEvent } from 'react'
import { Badge } from '../../components/badge'
import { JsonView } from '../../components/json-view'
import { ErrorNote } from '../../components/notes'
import { Untrusted } from '../../components/untrusted-text'
import { RiskLabel } from '../approvals/risk-meter'
import { type Explanation, useExplain } from './policy'

/** What a statement would get, and why; nothing runs. */
export function Explain() {
  const explain = useExplain()
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const of = (name: string) => {
      const value = data.get(name)
      return typeof value === 'string' ? value : ''
    }
    const principal = of('principal').trim()
    explain.mutate({
      connection: of('connection').trim(),
      ...(principal && { principal }),
      operation: { kind: 'statement', text: of('text') },
    })
  }
  return (
    <section>
      <h2>What would happen?</h2>
      <form className="form" onSubmit={submit}>
        <div className="form-grid">
          <label>
            Connection
            <input name="connection" required />
          </label>
          <label>
            As <span className="quiet">(id, group:NAME or ISSUER|SUBJECT; you when empty)</span>
            <input name="principal" />
          </label>
        </div>
        <label>
          Statement
          <textarea name="text" required rows={3} className="source" spellCheck={false} />
        </label>
        <div>
          <button type="submit" className="primary" disabled={explain.isPending}>
            Explain
          </button>
        </div>
      </form>
      {explain.error && <ErrorNote error={explain.error} />}
      {explain.data && <Explained explanation={explain.data} />}
    </section>
  )
}

function Explained({ explanation }: { readonly explanation: Explanation }) {
  const { facts, verdict, consulted, masking, memo } = explanation
  return (
    <div className="explained" aria-live="polite">
      <p className="row">
        <Badge state={verdict.kind} /> <Untrusted text={verdict.message} />
        {facts.risk && <RiskLabel risk={facts.risk} />}
        <span className="quiet">remembered: {memo}</span>
      </p>
      <ul className="actions">
        {(facts.actions ?? []).map(({ action, resource }) => (
          <li key={`${action} ${resource}`}>
            <strong>{action}</strong> <Untrusted text={resource} />
          </li>
        ))}
      </ul>
      <h2>Rules consulted</h2>
      <ol className="rules">
        {consulted.map(({ policy, rule, matched, why }, at) => (
          <li key={at}>
            <span className={matched ? 'good' : 'quiet'}>{matched ? '● matched' : '○ passed'}</span>{' '}
            <code>
              {policy} / {rule}
            </code>{' '}
            <span className="quiet">{why}</span>
          </li>
        ))}
      </ol>
      {masking && (
        <details>
          <summary>Masking plan</summary>
          <JsonView value={masking} label="Masking plan" />
        </details>
      )}
    </div>
  )
}
