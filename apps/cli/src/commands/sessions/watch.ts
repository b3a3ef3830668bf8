import WebSocket from 'ws'
import { segment } from '../../api/resolve'
import type { Api, JsonObject } from '../../api/client'
import { CliError } from '../../cli-error'
import { escapeJson, escapeText } from '../../output/escape'
import { plainText } from '../../output/table'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'

export const sessionsWatch: Register = (parent, cli) => {
  leaf(parent, 'watch', 'Follow a live session, or all of them, until it ends or Ctrl-C.')
    .argument('[id]', 'id of the session; all when absent')
    .action(
      action(cli, async (run, [id = '']) => {
        const api = await run.api()
        if (id !== '') await api.get(`/v1/sessions/${segment(id)}`)
        await follow(run, api, id)
      }),
    )
}

const maxMessageBytes = 1 << 20

function follow(run: Run, api: Api, id: string): Promise<void> {
  const url = new URL('/v1/live?topics=session,operation,approval-request', api.url)
  url.protocol = api.url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${api.token}` },
    maxPayload: maxMessageBytes,
    handshakeTimeout: 15_000,
    followRedirects: false,
  })
  run.cli.signal.addEventListener(
    'abort',
    () => {
      socket.close()
    },
    { once: true },
  )
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      run.note('watching, Ctrl-C ends')
    })
    socket.on('message', (data: Buffer) => {
      const event = parseEvent(data)
      if (event === undefined || !concerns(event, id)) return
      // While the reader is slow, the control plane keeps or drops what comes: not this process.
      socket.pause()
      run
        .printPaced(run.json ? `${escapeJson(JSON.stringify(event))}\n` : `${lineOf(event, run)}\n`)
        .then(() => {
          socket.resume()
        }, reject)
      if (id !== '' && event['type'] === 'session' && event['state'] === 'ended') socket.close()
    })
    socket.on('error', (cause) => {
      reject(
        new CliError('unavailable', `the live feed failed: ${cause.message}`, undefined, cause),
      )
    })
    socket.on('close', () => {
      resolve()
    })
  })
}

function parseEvent(data: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

function concerns(event: JsonObject, id: string): boolean {
  if (id === '') return true
  return event['sessionId'] === id || (event['type'] === 'session' && event['id'] === id)
}

function lineOf(event: JsonObject, { cli }: Run): string {
  const time = new Date(cli.now()).toISOString().slice(11, 19)
  const { type, ...rest } = event
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${plainText(value)}`)
  return escapeText(`${time} ${plainText(type)} ${fields.join(' ')}`)
}
