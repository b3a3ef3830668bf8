import type { ConnectionFields } from './connection'

interface TargetFieldsProps {
  readonly fields: ConnectionFields
  readonly onChange: (changed: Partial<ConnectionFields>) => void
}

const tlsModes = ['verify-full', 'require', 'disable'] as const
const recordings = ['full', 'statements', 'off'] as const
const fsyncs = ['batched', 'before-forward'] as const

export function TargetFields({ fields, onChange }: TargetFieldsProps) {
  return (
    <>
      <label>
        Target addresses <span className="quiet">host:port, one a line, tried in order</span>
        <textarea
          required
          rows={2}
          className="source"
          defaultValue={fields.endpoints.map(({ host, port }) => `${host}:${port}`).join('\n')}
          onChange={({ target }) => onChange({ endpoints: endpointsOf(target.value) })}
        />
      </label>
      <div className="form-grid">
        <label>
          Database
          <input
            value={fields.database}
            onChange={({ target }) => onChange({ database: target.value })}
          />
        </label>
        <Choice
          label="TLS to the target"
          options={tlsModes}
          value={fields.tls.mode}
          onChange={(mode) => onChange({ tls: { ...fields.tls, mode } })}
        />
        <Choice
          label="Recording"
          options={recordings}
          value={fields.recording}
          onChange={(recording) => onChange({ recording })}
        />
        <Choice
          label="Audit on disk"
          options={fsyncs}
          value={fields.fsync}
          onChange={(fsync) => onChange({ fsync })}
        />
      </div>
      <label className="row">
        <input
          type="checkbox"
          checked={fields.enabled}
          onChange={({ target }) => onChange({ enabled: target.checked })}
        />
        Enabled
      </label>
    </>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly options: readonly T[]
  readonly value: T
  readonly onChange: (value: T) => void
}

function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((option) => option === target.value)
          if (chosen) onChange(chosen)
        }}
      >
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  )
}

function endpointsOf(text: string) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const at = line.lastIndexOf(':')
      // A line without a port is sent as it is; the API says what is wrong with it.
      return { host: at < 0 ? line : line.slice(0, at), port: Number(line.slice(at + 1)) || 0 }
    })
}
