import { ConfigError } from '@wardgate/errors'
import { inspect } from 'node:util'
import { z } from 'zod'
import { describeEnv, parseEnv, Secret, secret } from '.'

const env = z.object({
  WARDGATE_PORT: z.coerce.number().int().max(65_535).default(5433).describe('Port to listen on.'),
  WARDGATE_KEY: secret.describe('Master key.'),
  WARDGATE_LEVEL: z.enum(['info', 'debug']).optional().describe('Log level.'),
  WARDGATE_NAMES: z
    .string()
    .transform((value) => value.split(','))
    .prefault('a,b')
    .describe('Names.'),
})
const config = env.transform((flat) => ({
  listen: { port: flat.WARDGATE_PORT, names: flat.WARDGATE_NAMES },
  key: flat.WARDGATE_KEY,
}))

function problemOf(run: () => unknown): ConfigError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('no problem found')
}

describe('parseEnv', () => {
  it('makes a nested configuration that nobody can change', () => {
    const parsed = parseEnv(config, { WARDGATE_KEY: 'hunter2', WARDGATE_LEVEL: '', PATH: '/bin' })
    expect(parsed.listen).toEqual({ port: 5433, names: ['a', 'b'] })
    expect(parsed.key.reveal()).toBe('hunter2')
    expect(Object.isFrozen(parsed)).toBe(true)
    expect(Object.isFrozen(parsed.listen.names)).toBe(true)
  })

  it('lists every problem by key, and no value', () => {
    const flat = { WARDGATE_PORT: 'port-hunter2', WARDGATE_LEVEL: 'level-hunter2' }
    const error = problemOf(() => parseEnv(config, flat))
    expect(error.code).toBe('ERR_CONFIG_INVALID')
    for (const key of ['WARDGATE_PORT', 'WARDGATE_LEVEL', 'WARDGATE_KEY: is required'])
      expect(error.message).toContain(key)
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2')
  })

  it('drops the text of a refinement that quotes the value', () => {
    const quoting = z.object({
      WARDGATE_URL: z.string().superRefine((value, context) => {
        context.addIssue({ code: 'custom', message: `${value} is no URL` })
      }),
    })
    const error = problemOf(() => parseEnv(quoting, { WARDGATE_URL: 'hunter2' }))
    expect(error.message).toBe('WARDGATE_URL: is not valid')
  })
})

describe('Secret', () => {
  const planted = new Secret('hunter2')

  it.each([
    ['String', String(planted)],
    ['a template', `key ${planted.toString()}`],
    ['concatenation', 'key ' + String(planted)],
    ['JSON', JSON.stringify({ planted })],
    ['inspect', inspect({ planted }, { depth: 9, showHidden: true })],
    ['keys', JSON.stringify(Object.entries(planted))],
    ['an error', inspect(new Error('failed', { cause: planted }))],
  ])('does not print itself through %s', (_name, text) => {
    expect(text).not.toContain('hunter2')
  })

  it('can be revealed', () => {
    expect(planted.reveal()).toBe('hunter2')
  })
})

it('describes every key for the reference', () => {
  expect(describeEnv(env)).toEqual([
    {
      name: 'WARDGATE_PORT',
      description: 'Port to listen on.',
      required: false,
      default: '5433',
      secret: false,
    },
    { name: 'WARDGATE_KEY', description: 'Master key.', required: true, secret: true },
    { name: 'WARDGATE_LEVEL', description: 'Log level.', required: false, secret: false },
    {
      name: 'WARDGATE_NAMES',
      description: 'Names.',
      required: false,
      default: 'a,b',
      secret: false,
    },
  ])
})
