import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { protocols } from '@wardgate/protocols'
import type { Env } from '@wardgate/config'
import { temporaryFolder } from '../testing/temporary-folder'
import { readConfig as readConfigFor } from './env'

const least = { WARDGATE_CONTROL_PLANE: '127.0.0.1:15401', WARDGATE_AGENT_NAME: 'agent' }
const readConfig = (env: Env) => readConfigFor(env, protocols)

describe('the agent configuration', () => {
  it('reads listeners of protocols and of single connections', () => {
    const { listeners } = readConfig({
      ...least,
      WARDGATE_LISTENERS: 'postgres=127.0.0.1:15432, postgres/shop=/run/wardgate/shop,',
    })
    expect(listeners).toEqual([
      {
        protocol: 'postgres',
        address: { kind: 'tcp', host: '127.0.0.1', port: 15432 },
        text: '127.0.0.1:15432',
      },
      {
        protocol: 'postgres',
        connection: 'shop',
        address: { kind: 'unix', path: '/run/wardgate/shop' },
        text: '/run/wardgate/shop',
      },
    ])
  })

  it('names every wrong key at once and shows no value', () => {
    const wrong = {
      WARDGATE_CONTROL_PLANE: 'nowhere',
      WARDGATE_LISTENERS: 'postgres',
      WARDGATE_SPOOL_MAX_BYTES: '12',
    }
    expect(() => readConfig(wrong)).toThrow(
      /WARDGATE_CONTROL_PLANE.*WARDGATE_LISTENERS.*WARDGATE_SPOOL_MAX_BYTES/,
    )
    expect(() => readConfig(wrong)).not.toThrow(/nowhere/)
  })

  it('refuses to listen beyond the machine without TLS', () => {
    for (const address of ['0.0.0.0:5432', '[::]:5432', '10.0.0.1:5432', '127.0.0.1.evil:1']) {
      const env = { ...least, WARDGATE_LISTENERS: `postgres=${address}` }
      expect(() => readConfig(env)).toThrow('WARDGATE_TLS_CERT_FILE')
    }
  })

  it('needs no TLS for a protocol that encrypts by itself, and names those that do', () => {
    const env = { ...least, WARDGATE_LISTENERS: 'ssh=0.0.0.0:2222' }
    expect(readConfig(env).listeners).toHaveLength(1)
    const mixed = { ...least, WARDGATE_LISTENERS: 'ssh=0.0.0.0:2222,http=[::]:80,unheard=[::]:81' }
    expect(() => readConfig(mixed)).toThrow('WARDGATE_LISTENERS: [::]:80, [::]:81: beyond loopback')
  })

  it('takes the join token from a file and never prints it', () => {
    const folder = temporaryFolder()
    const path = join(folder.path, 'token')
    writeFileSync(path, 'wgj1.planted.00\n')
    const config = readConfig({ ...least, WARDGATE_JOIN_TOKEN_FILE: path })
    folder.remove()
    expect(config.joinToken?.reveal()).toBe('wgj1.planted.00')
    expect(`${inspect(config, { depth: 9 })}${JSON.stringify(config)}`).not.toContain('planted')
  })
})
