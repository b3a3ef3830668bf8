import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { useCreateDraft, usePolicy, useValidate, type Validation } from './policy'

const start = `name: my-policy
appliesTo:
  connections: ["*"]
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
`

export function NewPolicyPage() {
  const [params] = useSearchParams()
  const from = params.get('from')
  return (
    <Page title="New draft">{from ? <Copied from={from} /> : <SourceForm source={start} />}</Page>
  )
}

function Copied({ from }: { readonly from: string }) {
  const at = from.lastIndexOf('/')
  const { data, error } = usePolicy(from.slice(0, at), from.slice(at + 1))
  if (error) return <ErrorNote error={error} />
  return data ? <SourceForm source={data.source} /> : <Loading what="the policy" />
}

function SourceForm({ source: original }: { readonly source: string }) {
  const [source, setSource] = useState(original)
  const validate = useValidate()
  const create = useCreateDraft()
  const navigate = useNavigate()
  const failed = validate.error ?? create.error
  return (
    <form className="form" onSubmit={(event) => event.preventDefault()}>
      <label>
        Source (YAML or JSON)
        <textarea
          className="source"
          rows={24}
          spellCheck={false}
          value={source}
          onChange={({ target }) => {
            setSource(target.value)
            validate.reset()
          }}
        />
      </label>
      {failed && <ErrorNote error={failed} />}
      {validate.data && <Problems validation={validate.data} />}
      <div className="row">
        <button type="button" onClick={() => validate.mutate(source)}>
          Validate
        </button>
        <button
          type="button"
          className="primary"
          disabled={create.isPending}
          onClick={() =>
            create.mutate(source, {
              onSuccess: ({ name, version }) =>
                void navigate(`/policies/${encodeURIComponent(name)}/${version}`),
            })
          }
        >
          Create draft
        </button>
        <span className="quiet">A draft decides nothing until it is activated.</span>
      </div>
    </form>
  )
}

function Problems({ validation: { valid, problems } }: { readonly validation: Validation }) {
  if (valid) return <p className="note note-good">The document is valid.</p>
  return (
    <ul className="note note-danger" role="alert">
      {problems.map(({ path, message, line }) => (
        <li key={`${path} ${message}`}>
          {line !== undefined && <>Line {line}: </>}
          <code>{path}</code> {message}
        </li>
      ))}
    </ul>
  )
}
