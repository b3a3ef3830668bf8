import { createServer } from 'node:http'
import { handleInteraction } from './interaction'
import { createProvider } from './provider'
import { readSettings } from './settings'
import { loadState } from './state'

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const provider = createProvider(settings, await loadState(settings.stateFile, settings.issuer))
  provider.on('server_error', (_context, error) => console.error(error))
  const callback = provider.callback()
  const server = createServer((request, response) => {
    handleInteraction(provider, request, response)
      .then((handled) => (handled ? undefined : callback(request, response)))
      .catch((error: unknown) => {
        console.error(error)
        if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
        response.end('The log-in has expired: go back and start again.\n')
      })
  })
  server.once('error', (error) => {
    console.error(`development identity provider: ${error.message}`)
    process.exit(1)
  })
  server.listen(settings.port, '127.0.0.1', () =>
    console.log(`development identity provider on ${settings.issuer}`),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close(() => process.exit(0))
      server.closeAllConnections()
    })
  }
}

void main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
