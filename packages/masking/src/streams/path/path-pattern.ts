import { PolicyError } from '@wardgate/errors'
import { wildcard, type Wildcard } from '../../wildcard'

/** One step of a path. `anyDepth`: any number of levels may lie before it. */
export interface PathStep {
  readonly anyDepth: boolean
  /** Of what the member's name must be; undefined for a step into an array. */
  readonly name?: Wildcard
  /** Which element; undefined = any. Only where `name` is absent. */
  readonly index?: number
  /** `*`, which stands for members and elements alike. */
  readonly any: boolean
}

const step = /(\.\.|\.)?(?:\[(?:(\*)|(\d{1,9})|'([^']*)'|"([^"]*)")\]|([^.[\]'"\s$][^.[\]]*))/y

/** The steps of `$.a.b[*].c`, `$..ssn` or a bare `ssn`. Throws PolicyError ERR_POLICY_INVALID for anything else. */
export function parsePath(path: string): readonly PathStep[] {
  const rooted = path.startsWith('$')
  const source = rooted ? path.slice(1) : `..${path}`
  const steps: PathStep[] = []
  step.lastIndex = 0
  while (step.lastIndex < source.length) {
    const match = step.exec(source)
    if (match === null) throw invalid(path)
    const [, dots, star, index, single, double, bare] = match
    const name = single ?? double ?? bare
    if (dots === undefined && bare !== undefined) throw invalid(path)
    steps.push(stepOf(dots === '..', { name, index, any: star !== undefined || bare === '*' }))
  }
  if (path === '' || steps.length > maxSteps) throw invalid(path)
  return steps
}

const maxSteps = 64

function stepOf(
  anyDepth: boolean,
  found: { name: string | undefined; index: string | undefined; any: boolean },
): PathStep {
  const { name, index, any } = found
  return {
    anyDepth,
    any,
    ...(name !== undefined && { name: wildcard(name.normalize('NFKC')) }),
    ...(index !== undefined && { index: Number(index) }),
  }
}

function invalid(path: string): PolicyError {
  return new PolicyError('ERR_POLICY_INVALID', `'${path}' is no path`, {
    nextStep: 'Write a name such as ssn, or a path such as $.customer.cards[*].number or $..ssn.',
  })
}
