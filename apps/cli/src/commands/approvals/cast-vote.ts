import type { Run } from '../../run'
import { confirm, readRequest, requestPath, votedDigest } from './request'

/** Shows the request, asks, and votes for exactly what was shown. */
export async function castVote(
  run: Run,
  id: string,
  vote: 'approve' | 'reject',
  done: string,
): Promise<void> {
  const api = await run.api()
  const request = await readRequest(api, id)
  const digest = votedDigest(run, request)
  await confirm(run, request, vote)
  const reason = run.options.text('reason')
  const body = { digest, ...(reason !== undefined && { reason }) }
  const answer = await api.send('POST', `${requestPath(id)}/${vote}`, { body })
  if (run.json) run.printJson(answer)
  else run.note(done)
}
