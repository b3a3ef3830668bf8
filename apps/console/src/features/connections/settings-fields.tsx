/** The part of JSON Schema that protocols' settings use. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
}

type Settings = Readonly<Record<string, unknown>>

interface SettingsFieldsProps {
  readonly schema: JsonSchema
  readonly value: Settings
  readonly onChange: (value: Settings) => void
}

/** A form as the protocol's own schema says; what is left as it is is not sent, so defaults stay defaults. */
export function SettingsFields({ schema, value, onChange }: SettingsFieldsProps) {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const set = (next: unknown) => {
      const { [name]: _old, ...rest } = value
      onChange(next === undefined ? rest : { ...rest, [name]: next })
    }
    if (property.type === 'object')
      return (
        <fieldset key={name}>
          <legend>{name}</legend>
          <SettingsFields schema={property} value={asSettings(value[name])} onChange={set} />
        </fieldset>
      )
    return (
      <label key={name}>
        <code>{name}</code>
        <SettingInput schema={property} value={value[name]} onChange={set} />
        {property.description && <span className="quiet">{property.description}</span>}
      </label>
    )
  })
}

interface SettingInputProps {
  readonly schema: JsonSchema
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

function SettingInput({ schema, value, onChange }: SettingInputProps) {
  const standard = schema.default === undefined ? '' : asText(schema.default)
  const options = schema.type === 'boolean' ? ['true', 'false'] : schema.enum
  if (options)
    return (
      <select
        value={asText(value)}
        onChange={({ target }) => onChange(parse(schema, target.value))}
      >
        <option value="">{standard ? `${standard} (default)` : 'not set'}</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    )
  const numeric = schema.type === 'integer' || schema.type === 'number'
  return (
    <input
      type={numeric ? 'number' : 'text'}
      min={schema.minimum}
      max={schema.maximum}
      placeholder={standard || (schema.type === 'array' ? 'separated by commas' : '')}
      defaultValue={asText(value)}
      onChange={({ target }) => onChange(parse(schema, target.value))}
    />
  )
}

function parse({ type }: JsonSchema, text: string): unknown {
  if (text === '') return undefined
  if (type === 'boolean') return text === 'true'
  if (type === 'integer' || type === 'number') return Number(text)
  return type === 'array' ? text.split(/[\s,]+/).filter(Boolean) : text
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

function asSettings(value: unknown): Settings {
  return typeof value === 'object' && value !== null ? (value as Settings) : {}
}
