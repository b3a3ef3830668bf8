import { RequestError } from '@wardgate/errors'

export interface FieldProblem {
  /** Dotted path of the field, such as `endpoints.0.port`; empty = the whole. */
  readonly path: string
  readonly message: string
}

/** ERR_REQUEST_INVALID with every field that is wrong. */
export class InvalidRequest extends RequestError {
  readonly problems: readonly FieldProblem[]

  constructor(problems: readonly FieldProblem[]) {
    const fields = problems.map(({ path, message }) =>
      path === '' ? message : `${path}: ${message}`,
    )
    super('ERR_REQUEST_INVALID', fields.join('; '))
    this.problems = problems
  }
}
