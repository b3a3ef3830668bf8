// A server of the Model Context Protocol that has all that the official suite asks for, by Streamable HTTP with sessions.
import { createServer } from 'node:http'
import { Session } from './mcp-full/session.mjs'

const sessions = new Map()

createServer(async (request, response) => {
  if (![request.headers.host, request.headers.origin].every(isLocal)) return refuse(response, 403)
  const message = request.method === 'POST' ? await read(request) : undefined
  const session = sessionOf(request.headers['mcp-session-id'], message)
  if (session === undefined) return refuse(response, 404)
  const headers = { 'mcp-session-id': session.id, 'cache-control': 'no-store' }
  if (message !== undefined) return session.take(message, response, headers)
  if (request.method === 'GET')
    return session.listen(response, headers, request.headers['last-event-id'])
  sessions.delete(session.id)
  response.writeHead(200).end()
}).listen(Number(process.env.PORT), '127.0.0.1')

/** A page of another host could be in a browser of this machine. */
function isLocal(header) {
  if (header === undefined) return true
  return /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(header)
}

function sessionOf(id, message) {
  if (message?.method !== 'initialize') return sessions.get(id)
  const session = new Session()
  sessions.set(session.id, session)
  return session
}

async function read(request) {
  let body = ''
  for await (const part of request) body += part
  return JSON.parse(body)
}

function refuse(response, status) {
  response.writeHead(status, { 'content-type': 'text/plain' }).end('refused\n')
}
