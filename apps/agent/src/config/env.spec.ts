import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { temporaryFolder } from '../testing/temporary-folder'
import { readConfig } from './env'

const least = { WARDGATE_CONTROL_PLANE: '127.0.0.1:15401', WARDGATE_AGENT_NAME: 'agent' }

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
