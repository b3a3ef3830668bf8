import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './instance'

type Peer = { readonly path?: string; readonly why?: string }

const file = join(root, '.cache/peers/peers.json')

/** Where the test set-up found a peer; absent when it could not be had (said once, by the set-up). */
export function peerPath(name: string): string | undefined {
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Peer | undefined>)[name]?.path
}

/** Runs the cases only where the peer is; with REQUIRE_PEERS=1 the set-up has failed the run already. */
export function describeWithPeer(name: string, cases: (path: string) => void): void {
  const path = peerPath(name)
  if (path === undefined) describe.skip(`with ${name}`, () => it('needs the peer', () => undefined))
  else describe(`with ${name}`, () => cases(path))
}
