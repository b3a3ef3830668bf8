import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { people, personBySubject } from './people'

const maxFormBytes = 4096

/** The log-in page: choose who you are. Returns false when the request is none of its business. */
export async function handleInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!request.url?.startsWith('/interaction/')) return false
  const details = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    response.end(page(details.uid))
    return true
  }
  const subject = new URLSearchParams(await readForm(request)).get('subject') ?? ''
  const result = personBySubject(subject)
    ? { login: { accountId: subject } }
    : { error: 'access_denied', error_description: 'no such person' }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  return true
}

async function readForm(request: IncomingMessage): Promise<string> {
  let form = ''
  for await (const chunk of request as AsyncIterable<Buffer>) {
    form += chunk.toString('utf8')
    if (form.length > maxFormBytes) throw new Error('form too large')
  }
  return form
}

function page(uid: string): string {
  const buttons = people
    .map(
      (person) =>
        `<button name="subject" value="${person.subject}"><b>${person.name}</b><span>${person.role}</span></button>`,
    )
    .join('\n')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Wardgate development log-in</title>
<style>
body{font:16px system-ui,sans-serif;background:#f4f5f7;color:#1c2330;display:grid;place-items:center;min-height:100vh;margin:0}
form{background:#fff;border:1px solid #d9dde5;border-radius:12px;padding:2rem;width:22rem}
h1{font-size:1.2rem;margin:0 0 .3rem}p{color:#5a6475;margin:0 0 1.2rem;font-size:.9rem}
button{display:flex;justify-content:space-between;width:100%;padding:.8rem 1rem;margin:.4rem 0;border:1px solid #c7cdd8;border-radius:8px;background:#fff;font:inherit;cursor:pointer}
button:hover,button:focus{border-color:#2456d6;background:#f3f6ff}span{color:#5a6475}
</style>
<form method="post" action="/interaction/${encodeURIComponent(uid)}"><h1>Who are you?</h1>
<p>Development identity provider. No passwords: for trying Wardgate on this machine only.</p>
${buttons}</form></html>`
}
