import { Untrusted } from '../../components/untrusted-text'
import type { Parameter } from './approval'
import { typeName } from './postgres-types'

export function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return null
  const cut = parameters.filter(({ cutFrom }) => cutFrom !== undefined).length
  return (
    <section>
      <h2>Bound parameters</h2>
      {cut > 0 && (
        <p className="note note-danger">
          {cut.toLocaleString('en')} of {parameters.length.toLocaleString('en')} are not shown
          whole.
        </p>
      )}
      <ol className="parameters">
        {parameters.map((parameter, at) => (
          <li key={at}>
            <code className="parameter-name">${at + 1}</code>
            <span className="quiet">
              {typeName(parameter.type)}
              {parameter.format === 'binary' && ', binary as hex'}
            </span>
            <code className="parameter-value">
              {parameter.value === null ? <em>NULL</em> : <Untrusted text={parameter.value} />}
            </code>
            {parameter.cutFrom !== undefined && (
              <span className="note note-danger">
                Cut: the whole value has {parameter.cutFrom.toLocaleString('en')} bytes.
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
