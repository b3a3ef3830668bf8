import { responseWithFields, fromUpstream } from '../wire'

/** A refusal that no rule made: the client refers to something that Wardgate knows nothing of. */
export function unknownObject(kind: 'statement' | 'portal', name: string): Buffer {
  const isStatement = kind === 'statement'
  return responseWithFields(
    fromUpstream.ErrorResponse,
    new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', isStatement ? '26000' : '34000'],
      [
        'M',
        isStatement
          ? `prepared statement "${name}" does not exist`
          : `portal "${name}" does not exist`,
      ],
      ['D', 'Wardgate has seen no Parse or Bind of this name that is still valid.'],
      [
        'H',
        isStatement
          ? 'Parse it again; SQL PREPARE goes with SQL EXECUTE.'
          : 'Bind it again; SQL DECLARE goes with SQL FETCH.',
      ],
    ]),
  )
}

export function refusal(code: string, message: string, hint: string): Buffer {
  return responseWithFields(
    fromUpstream.ErrorResponse,
    new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', code],
      ['M', message],
      ['H', hint],
    ]),
  )
}
