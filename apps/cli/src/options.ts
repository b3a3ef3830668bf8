import { CliError } from './cli-error'

/** The options of one invocation, read with their type. */
export interface Options {
  text(name: string): string | undefined
  flag(name: string): boolean
  list(name: string): readonly string[]
  number(name: string, range: { readonly least: number; readonly most: number }): number | undefined
}

export function readOptions(values: Readonly<Record<string, unknown>>): Options {
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    text,
    flag: (name) => values[name] === true,
    list: (name) => {
      const value = values[name]
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
    },
    number: (name, { least, most }) => {
      const written = text(name)
      if (written === undefined) return undefined
      const value = written.trim() === '' ? NaN : Number(written)
      if (value >= least && value <= most) return value
      throw new CliError('usage', `--${name} must be a number from ${least} to ${most}`)
    },
  }
}
