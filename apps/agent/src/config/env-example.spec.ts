import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv as parseLines } from 'node:util'
import { envSchema, readConfig } from './env'

const text = readFileSync(join(__dirname, '../../../../deploy/agent.env.example'), 'utf8')

describe('deploy/agent.env.example', () => {
  it('is a valid configuration as it stands', () => {
    expect(() => readConfig(parseLines(text), [])).not.toThrow()
  })

  it('shows every key, and no other', () => {
    const shown = [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, key]) => key)
    expect(shown.sort()).toEqual(Object.keys(envSchema.shape).sort())
  })
})
