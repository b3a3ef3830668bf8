import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '@wardgate/state-file'

/**
 * The key by which clients of protocols without certificates know this agent. Made once and kept with its state:
 * agents that answer under one name share the file.
 */
export function loadHostKey(stateFolder: string): string {
  const file = join(stateFolder, 'host-key.pem')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  replaceFile(file, pem)
  return pem
}
