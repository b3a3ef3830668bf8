import { join, resolve } from 'node:path'
import type { Run } from '../run'
import { shellQuoted } from './files'

export function refreshFileIn(folder: string): string {
  return join(folder, 'refresh')
}

/**
 * What OpenSSH runs before it connects: the same way to the control plane as the log-in had. The token is fetched anew
 * each time and is in no argument.
 */
export function refreshScript(run: Run): string {
  const { cli, options } = run
  const server = run.server()
  const identity = options.text('identity')
  const tokenFile = options.text('tokenFile')
  const nearby = server.standalone !== undefined && options.text('server') === undefined
  const args = [
    ...['ssh', 'refresh'],
    ...(nearby ? [] : ['--server', server.url.href]),
    ...(identity === undefined ? [] : ['--identity', identity]),
    ...(tokenFile === undefined ? [] : ['--token-file', resolve(cli.cwd, tokenFile)]),
  ]
  const home = ['WARDGATE_HOME', 'XDG_CONFIG_HOME'].flatMap((name) => {
    const value = cli.env[name]
    return value === undefined || value === '' ? [] : [`export ${name}=${shellQuoted(value)}`]
  })
  return [
    '#!/bin/sh',
    '# Written by wardgate ssh login: gets another certificate when the one at hand is about to end.',
    `cd ${shellQuoted(cli.cwd)} || exit 1`,
    ...home,
    `exec ${[...cli.self, ...args].map(shellQuoted).join(' ')} >&2 </dev/null`,
    '',
  ].join('\n')
}
