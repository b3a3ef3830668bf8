import { type Api, textOf } from '../api/client'
import { findByName, idOf, segment } from '../api/resolve'
import type { Run } from '../run'

/** Where the REST API has the principal that asks. */
export async function ownPath(api: Api): Promise<string> {
  const principal = textOf((await api.get('/v1/me'))['principal'], 'id')
  return `/v1/principals/${segment(principal)}`
}

export async function ownCertificates(api: Api): Promise<string> {
  return `${await ownPath(api)}/ssh-certificates`
}

/** Where the SSH certificates of a principal are: one's own, or those of whom `--principal` names. */
export async function certificatesOf(
  run: Run,
): Promise<{ readonly api: Api; readonly path: string }> {
  const named = run.options.text('principal')
  if (named === undefined) {
    // As the log-in does that gets them.
    const api = await run.api('ai-agent')
    return { api, path: await ownCertificates(api) }
  }
  const api = await run.api()
  const principal = await findByName(api, '/v1/principals', named)
  return { api, path: `/v1/principals/${idOf(principal)}/ssh-certificates` }
}
