import {
  IngestRequest,
  lengthTag,
  OperationIntent,
  spoolField,
  SpoolRecord,
} from '@wardgate/contract'

/** A serialised IngestRequest with its fields in the order in which agents write them. */
export function spooledRequest(spoolId: string, records: readonly SpoolRecord[]): Uint8Array {
  const writer = IngestRequest.encode({ spoolId, records: [] })
  for (const record of records) writer.uint32(lengthTag(2)).bytes(recordBytes(record))
  return writer.finish()
}

function recordBytes({ entry, ...place }: SpoolRecord): Uint8Array {
  if (entry?.$case !== 'intent') return SpoolRecord.encode({ ...place, entry }).finish()
  return SpoolRecord.encode({ ...place, entry: undefined })
    .uint32(lengthTag(spoolField.intent))
    .bytes(intentBytes(entry.value))
    .finish()
}

/** What the verdict says is written once, and stands behind what each operation says of itself. */
function intentBytes(intent: OperationIntent): Uint8Array {
  const { summary, determinedBy, approvalId, epoch, actions } = intent
  const verdict = { summary, determinedBy, approvalId, epoch, actions }
  return Buffer.concat([
    OperationIntent.encode({ ...intent, ...none }).finish(),
    OperationIntent.encode({ ...empty, ...verdict }).finish(),
  ])
}

const none = { summary: '', determinedBy: [], approvalId: '', epoch: 0n, actions: [] }
const empty = OperationIntent.decode(new Uint8Array(0))
