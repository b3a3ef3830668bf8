import { PolicyError } from '@wardgate/errors'
import type { StatementOperation } from '@wardgate/gateway'
import type { StatementAnalysis } from '@wardgate/sql'
import type { Session } from '../../sessions/session'

/** Texts that one session may have given names by PREPARE and DECLARE, all names together. */
const mostCandidates = 500
const mostCandidateCharacters = 4_000_000

type Candidate = Session['candidates'][number]

/** Everything that this text could run by name: a name once given keeps all the texts it ever had. */
export function candidatesOf(
  operation: StatementOperation,
  session: Pick<Session, 'candidates'>,
): readonly Candidate[] {
  return session.candidates.length === 0
    ? operation.prepared
    : [...operation.prepared, ...session.candidates]
}

/** Throws when the session has given more names than are kept: what is not known cannot be judged. */
export function rememberDeclared(
  session: Pick<Session, 'candidates'>,
  { declares }: StatementAnalysis,
): void {
  for (const declared of declares) {
    const { text } = declared
    if (session.candidates.some((known) => isSame(known, declared))) continue
    const characters = session.candidates.reduce((sum, known) => sum + known.text.length, 0)
    if (
      session.candidates.length >= mostCandidates ||
      characters + text.length > mostCandidateCharacters
    )
      throw new PolicyError(
        'ERR_POLICY_DENIED',
        'this session has prepared or declared too many different statements',
        { nextStep: 'Connect again, or let the driver prepare statements by protocol.' },
      )
    session.candidates.push(declared)
  }
}

function isSame(known: Candidate, declared: Candidate): boolean {
  const isNamed = known.name === declared.name && known.text === declared.text
  return isNamed && known.searchPath?.join() === declared.searchPath?.join()
}

/** Whether the text could run or move something by a name, which means something else at another time. */
export function dependsOnNames(text: string): boolean {
  return /prepare|execute|declare|fetch|move|\bcurrent\b(?!\s+row)/i.test(text)
}

/** What of these the text may run by name. Any of them, where a name may be written with escapes. */
export function namedIn(text: string, candidates: readonly Candidate[]): readonly Candidate[] {
  if (!dependsOnNames(text)) return []
  const written = text.toLowerCase()
  if (written.includes('u&"')) return candidates
  return candidates.filter(({ name }) => written.includes(name.toLowerCase().replaceAll('"', '""')))
}
