import { useSearchParams } from 'react-router'

export interface Filter {
  readonly name: string
  readonly label: string
  /** Absent = any text. */
  readonly options?: readonly string[]
  readonly type?: 'text' | 'datetime-local'
}

/** Filters live in the address, so that a view can be sent to a colleague. */
export function useFilters(
  filters: readonly Filter[],
): Readonly<Record<string, string | undefined>> {
  const [params] = useSearchParams()
  return Object.fromEntries(filters.map(({ name }) => [name, params.get(name) ?? undefined]))
}

export function Filters({ filters }: { readonly filters: readonly Filter[] }) {
  const [params, setParams] = useSearchParams()
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params)
    if (value) next.set(name, value)
    else next.delete(name)
    setParams(next, { replace: true })
  }
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {filters.map(({ name, label, options, type = 'text' }) => (
        <label key={name}>
          {label}
          {options ? (
            <select
              value={params.get(name) ?? ''}
              onChange={(event) => set(name, event.target.value)}
            >
              <option value="">any</option>
              {options.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          ) : (
            <input
              type={type}
              // Sent when it is complete, not letter by letter.
              key={params.get(name) ?? ''}
              defaultValue={params.get(name) ?? ''}
              onBlur={(event) => set(name, event.target.value.trim())}
              onKeyDown={(event) => {
                if (event.key === 'Enter') set(name, event.currentTarget.value.trim())
              }}
            />
          )}
        </label>
      ))}
    </form>
  )
}
