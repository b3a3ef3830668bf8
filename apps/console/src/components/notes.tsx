import type { ReactNode } from 'react'
import { describeError } from '../api/problem'

/** What failed, why, and what to do next. */
export function ErrorNote({
  error,
  retry,
}: {
  readonly error: unknown
  readonly retry?: () => void
}) {
  const { title, detail, nextStep, code, errors } = describeError(error)
  return (
    <div className="note note-danger" role="alert">
      <strong>{title}</strong>
      {detail && detail !== title && <p>{detail}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {path && <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      )}
      {nextStep && <p>{nextStep}</p>}
      {code && <p className="quiet">{code}</p>}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="quiet" role="status">
      Loading {what} …
    </p>
  )
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>
}
