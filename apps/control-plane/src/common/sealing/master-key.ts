import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError } from '@wardgate/errors'
import type { Config } from '../../config/config'
import { type Bytes, decrypt, encrypt, keyBytes } from './envelope'

/** Wraps data keys. A key-management service implements it without ever handing the key out. */
export interface MasterKey {
  readonly id: string
  wrap(dataKey: Uint8Array): Promise<Bytes>
  unwrap(wrapped: Uint8Array): Promise<Bytes>
}

/** A master key that this process holds, from a file or the environment. */
class LocalMasterKey implements MasterKey {
  readonly id: string
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
    this.id = createHash('sha256')
      .update('wardgate master key\0')
      .update(key)
      .digest('hex')
      .slice(0, 16)
  }

  wrap(dataKey: Uint8Array): Promise<Bytes> {
    return Promise.resolve(encrypt(this.#key, dataKey, this.associated()))
  }

  unwrap(wrapped: Uint8Array): Promise<Bytes> {
    return Promise.resolve(decrypt(this.#key, wrapped, this.associated()))
  }

  private associated(): string {
    return `wardgate data key\0${this.id}`
  }
}

/** The master keys at hand: the first one seals, all of them open, so that re-keying needs no standstill. */
export class MasterKeyRing {
  readonly current: MasterKey
  readonly #byId: ReadonlyMap<string, MasterKey>

  constructor(current: MasterKey, previous: readonly MasterKey[] = []) {
    this.current = current
    this.#byId = new Map([current, ...previous].map((key) => [key.id, key]))
  }

  find(id: string): MasterKey {
    const key = this.#byId.get(id)
    if (key !== undefined) return key
    throw new ConfigError(
      'ERR_CONFIG_INVALID',
      `there is no master key ${id} to open sealed data`,
      {
        nextStep: 'Add the previous master key as a further line of the master key file.',
      },
    )
  }
}

export function readMasterKeys(config: Pick<Config, 'masterKey'>): MasterKeyRing {
  const { file, value } = config.masterKey
  if (file !== undefined) return readMasterKeyFile(file)
  return parseMasterKeys('WARDGATE_MASTER_KEY', value?.reveal() ?? '')
}

export function readMasterKeyFile(file: string): MasterKeyRing {
  try {
    return parseMasterKeys('the master key file', readFileSync(file, 'utf8'))
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError('ERR_CONFIG_INVALID', 'the master key file cannot be read', { cause })
  }
}

function parseMasterKeys(source: string, text: string): MasterKeyRing {
  const lines = text.split(/\s+/).filter((line) => line !== '')
  const keys = lines.map((line) => {
    const key = Buffer.from(line, 'base64')
    // Re-encoding catches what Buffer skips silently: characters that are not base64.
    if (key.length !== keyBytes || key.toString('base64') !== line)
      throw new ConfigError(
        'ERR_CONFIG_INVALID',
        `${source} must hold ${keyBytes} bytes in base64`,
        {
          nextStep: 'Make one with `openssl rand -base64 32`.',
        },
      )
    return new LocalMasterKey(key)
  })
  const [current, ...previous] = keys
  if (current === undefined) throw new ConfigError('ERR_CONFIG_INVALID', `${source} is empty`)
  return new MasterKeyRing(current, previous)
}
