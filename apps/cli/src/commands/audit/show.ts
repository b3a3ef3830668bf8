import {
  leafHash,
  openCheckpoint,
  parseVerifierKey,
  verifyInclusion,
} from '@wardgate/audit-log/verify'
import { type JsonObject, textOf } from '../../api/client'
import { segment } from '../../api/resolve'
import { CliError } from '../../cli-error'
import { action, leaf, type Register } from '../command'
import { keepKeys } from './export'

export const auditShow: Register = (parent, cli) => {
  leaf(parent, 'show', 'Show one audit entry, after checking that the signed log has it.')
    .argument('<index>', 'number of the entry')
    .option('--accept-new-key', 'replace keys that were kept of a log with the same name')
    .action(
      action(cli, async (run, [index = '']) => {
        const api = await run.api()
        const keys = await keepKeys(run, api)
        const entry = await api.get(`/v1/audit/entries/${segment(index)}`)
        const size = provenIn(entry, Number(index), keys)
        if (size === undefined)
          throw new CliError('no', `the entry ${index} is not proven by the log's checkpoint`)
        if (run.json) return run.printJson(entry)
        const { leaf: _leaf, checkpoint: _checkpoint, inclusionProof: _proof, ...shown } = entry
        run.printItem(shown)
        run.note(`It is in the log of size ${size} that was signed by a key kept here.`)
      }),
    )
}

/** The size of the signed tree that has the leaf; undefined = it is not shown to have it. */
function provenIn(entry: JsonObject, index: number, keys: readonly string[]): number | undefined {
  const proof = entry['inclusionProof']
  if (!Array.isArray(proof)) return undefined
  const hash = leafHash(textOf(entry, 'leaf'))
  const trusted = keys.map(parseVerifierKey).filter((key) => key !== undefined)
  const opened = openCheckpoint(textOf(entry, 'checkpoint'), trusted)
  if (typeof opened === 'string') return undefined
  const siblings = proof.map((text) => Buffer.from(String(text), 'hex'))
  return verifyInclusion(hash, index, opened.size, siblings, opened.root) ? opened.size : undefined
}
