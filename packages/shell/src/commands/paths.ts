import { type Argument, joined, type Segment, textArgument } from '../words/argument'
import { canonicalArgument } from '../words/canonical'

/** A file name as written: absolute, of the home, or of a directory that is not known (`relative`). */
export interface NamedPath {
  readonly base: 'root' | 'home' | 'relative'
  /** Without dot segments, in the canonical form of arguments: `*` is unknown. */
  readonly steps: readonly string[]
}

export function namedPath(argument: Argument): NamedPath {
  const [first] = argument.segments
  if (first?.kind === 'home') return pathOf('home', joined(argument.segments.slice(1)).segments)
  if (first?.kind === 'text' && first.text.startsWith('/')) return pathOf('root', argument.segments)
  // What is unknown may begin with a slash.
  if (first?.kind === 'unknown' && first.pattern !== true) return { base: 'root', steps: ['**'] }
  return pathOf('relative', argument.segments)
}

function pathOf(base: NamedPath['base'], segments: readonly Segment[]): NamedPath {
  const steps: string[] = []
  for (const step of splitAtSlashes(segments)) {
    const text = canonicalArgument({ segments: step })
    if (step.length === 0 || text === '.') continue
    // What is unknown may hold slashes and dots: everything before it may be left again.
    if (!isOneName(step)) return { base: 'root', steps: ['**'] }
    if (text !== '..') steps.push(text.replaceAll('**', '*'))
    else if (steps.length > 0 && steps.at(-1) !== '..') steps.pop()
    else if (base !== 'root') steps.push('..')
  }
  return leadsAnywhere(base, steps) ? { base, steps: ['**'] } : { base, steps }
}

/** Through these, every file has another name. */
function leadsAnywhere(base: NamedPath['base'], [top, , link = '']: readonly string[]): boolean {
  return base === 'root' && top === 'proc' && /^(?:root|cwd|fd|task)$/.test(link)
}

/** A pattern matches names in one directory, and `..` only when it begins with a dot. */
function isOneName(step: readonly Segment[]): boolean {
  const [first] = step
  const startsWithDot = first?.kind === 'text' && first.text.startsWith('.')
  return step.every((item) => item.kind !== 'unknown' || (item.pattern === true && !startsWithDot))
}

function splitAtSlashes(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const steps: Segment[][] = [[]]
  for (const segment of segments) {
    if (segment.kind !== 'text') {
      steps.at(-1)?.push(segment)
      continue
    }
    segment.text.split('/').forEach((text, at) => {
      if (at > 0) steps.push([])
      if (text !== '') steps.at(-1)?.push({ kind: 'text', text })
    })
  }
  return steps
}

/**
 * `path:…` of rules: absolute, or below `~`. `directory` is where the command runs: empty = where the account starts,
 * which is home; undefined = not known, because it moved.
 */
export function pathResource(relative: NamedPath, directory: string | undefined): string {
  const path = settled(directory ? within(directory, relative) : relative, directory)
  const rest = path.steps.join('/')
  if (path.base === 'root') return `path:${rest === '**' ? '*' : `/${rest}`}`
  if (path.base === 'home' || directory !== undefined)
    return `path:${rest === '' ? '~' : `~/${rest}`}`
  return `path:*${rest === '' ? '' : `/${rest}`}`
}

/**
 * What lies beside home, or above it, goes by a name that is not known: it may be the very file that a rule names. Of a
 * directory that is not known, nobody knows what is above it either.
 */
function settled(path: NamedPath, directory: string | undefined): NamedPath {
  if (path.base === 'root' || path.steps[0] !== '..') return path
  if (path.base === 'home' || directory !== undefined) return { base: 'root', steps: ['**'] }
  return { base: 'relative', steps: path.steps.filter((step) => step !== '..') }
}

function within(directory: string, path: NamedPath): NamedPath {
  if (path.base !== 'relative') return path
  const { steps } = namedPath(textArgument(directory))
  const up = path.steps.findIndex((step) => step !== '..')
  const climbed = up < 0 ? path.steps.length : up
  const kept = steps.slice(0, Math.max(0, steps.length - climbed))
  const joint = [...kept, ...path.steps.slice(climbed)]
  return { base: 'root', steps: leadsAnywhere('root', joint) ? ['**'] : joint }
}

const nowhere = /^path:\/dev\/(?:null|zero|full|random|urandom|tty|std(?:in|out|err)|fd\/\d+)$/

/** Devices that hold nothing. */
export function isNowhere(resource: string): boolean {
  return nowhere.test(resource)
}

const secrets =
  /^path:(?:\*$|\/etc\/(?:g?shadow-?|sudoers|ssl\/private|ssh\/ssh_host)|\/proc\/(?:\d+|self|\*)\/environ|.*\/\.(?:ssh|aws|kube|gnupg|docker|netrc|pgpass|my\.cnf|git-credentials|npmrc|pypirc|env|vault-token)|.*(?:id_(?:rsa|ed25519|ecdsa|dsa)|\.(?:pem|key|p12|pfx|kdbx)$))/i

const system =
  /^path:(?:\*$|\/(?:etc|bin|sbin|usr|lib\w*|boot|dev|proc|sys|root|var\/spool)(?:\/|$)|.*\/\.(?:ssh|bash\w*|profile|zsh\w*|config|gitconfig|git|local)(?:\/|$))/i

export function isSensitive(resource: string): boolean {
  return secrets.test(resource)
}

export function isSystemFile(resource: string): boolean {
  return system.test(resource)
}
