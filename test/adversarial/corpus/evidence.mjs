/** One intent and one outcome an operation, over everything that happened since `from`; by session. */
export async function evidenceProblems(stage, from) {
  const [intents, outcomes] = await stage.eventually(
    () =>
      Promise.all(
        ['operation.intent', 'operation.outcome'].map((kind) => stage.entries(kind, from)),
      ),
    ([left, right]) => left.length === right.length,
  )
  const problems = []
  const counts = new Map()
  const count = (entries, what) => {
    for (const { operationId, body } of entries) {
      const seen = counts.get(operationId) ?? { intents: 0, outcomes: 0, text: body.text ?? '' }
      seen[what] += 1
      counts.set(operationId, seen)
    }
  }
  count(intents, 'intents')
  count(outcomes, 'outcomes')
  for (const [operationId, { intents: before, outcomes: after, text }] of counts)
    if (before !== 1 || after !== 1)
      problems.push(`operation ${operationId}: ${before} intents, ${after} outcomes: ${text}`)
  return { operations: counts.size, problems }
}
