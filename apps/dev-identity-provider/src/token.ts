import { personBySubject } from './people'
import { personGrantType } from './person-grant-type'
import { mintingClient, readState } from './state'

/** `node token.js STATE_FILE NAME` prints a fresh access token of a person or a workload. */
async function main(file = '', name = ''): Promise<void> {
  const state = readState(file)
  const person = personBySubject(name)
  const clientId = person ? mintingClient : name
  const secret = state.secrets[clientId]
  if (secret === undefined) throw new Error(`nobody here is called ${name}`)
  const response = await fetch(`${state.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(
      person
        ? { grant_type: personGrantType, subject: name }
        : { grant_type: 'client_credentials' },
    ),
  })
  const answer = (await response.json()) as { access_token?: string; error_description?: string }
  if (answer.access_token === undefined)
    throw new Error(answer.error_description ?? `status ${response.status}`)
  process.stdout.write(`${answer.access_token}\n`)
}

void main(...process.argv.slice(2)).catch((error: unknown) => {
  console.error(
    `token: ${error instanceof Error ? error.message : String(error)} (does the standalone run?)`,
  )
  process.exit(1)
})
