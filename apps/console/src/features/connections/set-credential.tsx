import { type SubmitEvent, useState } from 'react'
import { ErrorNote } from '../../components/notes'
import { useProtocols, useSetCredential } from './connection'
import { type CredentialField, credentialFields } from './credential-kinds'

interface SetCredentialProps {
  readonly connectionId: string
  readonly protocol: string
}

export function SetCredential({ connectionId, protocol }: SetCredentialProps) {
  const kinds = useKinds(protocol)
  const [chosen, setKind] = useState<string>()
  const kind = chosen ?? kinds[0] ?? 'password'
  const set = useSetCredential(connectionId)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''))
    // The fields are empty again whatever happens: nothing secret stays on the screen.
    set.mutate({ ...body, kind })
    form.reset()
  }
  return (
    <form className="form" autoComplete="off" onSubmit={submit}>
      <label>
        Kind
        <select value={kind} onChange={({ target }) => setKind(target.value)}>
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {(credentialFields[kind] ?? []).map((field) => (
        <label key={`${kind} ${field.name}`}>
          {field.label}
          <FieldInput field={field} />
        </label>
      ))}
      {set.error && <ErrorNote error={set.error} />}
      {set.isSuccess && <p className="note note-good">Set. Older ones are retired.</p>}
      <div>
        <button type="submit" className="primary" disabled={set.isPending}>
          Set
        </button>
      </div>
    </form>
  )
}

function useKinds(protocol: string): readonly string[] {
  const { data } = useProtocols()
  const found = data?.items.find(({ name }) => name === protocol)
  return found?.capabilities.credentials ?? ['password']
}

function FieldInput({
  field: { name, form, optional = false },
}: {
  readonly field: CredentialField
}) {
  const required = !optional
  if (form === 'pem')
    return <textarea name={name} required={required} rows={4} className="source" />
  if (form === 'secret')
    return <input name={name} type="password" required={required} autoComplete="new-password" />
  if (form === 'text') return <input name={name} required={required} maxLength={1000} />
  return (
    <select name={name}>
      {form.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  )
}
