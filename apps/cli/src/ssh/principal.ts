import { type Api, createApi, textOf } from '../api/client'
import { findByName, idOf, segment } from '../api/resolve'
import type { Run } from '../run'

/** Where the SSH certificates of a principal are: one's own, or those of whom `--principal` names. */
export async function certificatesOf(
  run: Run,
): Promise<{ readonly api: Api; readonly path: string }> {
  const named = run.options.text('principal')
  if (named !== undefined) {
    const api = await run.api()
    const principal = await findByName(api, '/v1/principals', named)
    return { api, path: `/v1/principals/${idOf(principal)}/ssh-certificates` }
  }
  // As the log-in does that gets them.
  const api = createApi(run.server().url, await run.token('ai-agent'), run.cli.signal)
  const own = textOf((await api.get('/v1/me'))['principal'], 'id')
  return { api, path: `/v1/principals/${segment(own)}/ssh-certificates` }
}
