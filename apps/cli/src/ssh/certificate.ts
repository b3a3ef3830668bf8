import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Api, textOf } from '../api/client'
import { CliError } from '../cli-error'
import { replaceOwnFile } from './files'
import { ownCertificates } from './principal'

/** Newest first; one that is further behind is replaced. */
const searchedCertificates = 1_000

/** What a certificate was asked for, so that another can be got without a person. */
export interface CertificateState {
  readonly connections: readonly string[]
  readonly lifeSeconds: number
  readonly expiresAt: string
  /** Absent = got by a version that kept none. */
  readonly serial?: string
}

export function keyFileIn(folder: string): string {
  return join(folder, 'id_ed25519')
}

/** OpenSSH finds it by this name; the configuration names it too. */
export function certificateFileIn(folder: string): string {
  return `${keyFileIn(folder)}-cert.pub`
}

/** Has a key certified, and keeps what is needed to do it again. */
export async function certify(
  api: Api,
  folder: string,
  wanted: Pick<CertificateState, 'connections' | 'lifeSeconds'>,
  publicKey = readFileSync(`${keyFileIn(folder)}.pub`, 'utf8').trim(),
): Promise<CertificateState> {
  const { connections, lifeSeconds } = wanted
  const path = await ownCertificates(api)
  const body = { publicKey, connections, expiresInSeconds: lifeSeconds }
  const issued = await api.send('POST', path, { body })
  const kept = { expiresAt: textOf(issued, 'expiresAt'), serial: textOf(issued, 'serial') }
  const state = { connections, lifeSeconds, ...kept }
  replaceOwnFile(certificateFileIn(folder), `${textOf(issued, 'certificate')} wardgate\n`)
  replaceOwnFile(stateFileIn(folder), `${JSON.stringify(state)}\n`)
  return state
}

/** Whether the control plane still knows it: one that was revoked, or that a database has lost, lets nobody in. */
export async function isListed(api: Api, serial: string): Promise<boolean> {
  const listed = await api.list(await ownCertificates(api), {}, searchedCertificates)
  return listed.some((certificate) => certificate['serial'] === serial)
}

export function readCertificateState(folder: string): CertificateState {
  try {
    const state = JSON.parse(readFileSync(stateFileIn(folder), 'utf8')) as CertificateState
    if (Array.isArray(state.connections) && state.lifeSeconds > 0) return state
  } catch {
    // Told below: there is nothing else to be done about it.
  }
  throw new CliError('usage', 'there is no certificate to refresh', 'Run wardgate ssh login first.')
}

/** A third of its life is left for when the control plane is away. */
export function isDue({ lifeSeconds, expiresAt }: CertificateState, nowMillis: number): boolean {
  return Date.parse(expiresAt) - nowMillis < (lifeSeconds * 1000) / 3
}

function stateFileIn(folder: string): string {
  return join(folder, 'certificate.json')
}
