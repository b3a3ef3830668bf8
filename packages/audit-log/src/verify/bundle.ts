import { createHash, type Hash } from 'node:crypto'
import { SequenceTracker } from './completeness'
import { History } from './history'
import { linePlace, parseLine, type BundleLine } from './lines'
import { equal, leafHash } from './merkle'
import { openCheckpoint, parseVerifierKey, type TrustedKey } from './note'
import { verifyInclusion } from './proofs'
import { RangeCheck } from './range'
import { Findings, type Report } from './report'

export interface VerifyOptions {
  /** Verifier key lines that the reader has from somewhere else than the bundle. */
  readonly trustedKeys: readonly string[]
  /** Checkpoints that the reader or a witness kept: the bundle must be of the same history. */
  readonly knownCheckpoints?: readonly string[]
}

/** A bundle as text, as bytes, or line by line without the line ends. */
export type UnverifiedBundle = string | Uint8Array | Iterable<string>

/** Checks an evidence bundle offline. Never throws for what the bundle says; trusts nothing but the keys given. */
export function verifyBundle(unverifiedBundle: UnverifiedBundle, options: VerifyOptions): Report {
  const check = new BundleCheck(options)
  const lines = linesOf(unverifiedBundle)
  if (lines === undefined) check.findings.problem({ message: 'the bundle is not UTF-8 text' })
  else for (const line of lines) check.take(line)
  return check.finish()
}

function linesOf(bundle: UnverifiedBundle): Iterable<string> | undefined {
  if (typeof bundle !== 'string' && !(bundle instanceof Uint8Array)) return bundle
  try {
    const text =
      typeof bundle === 'string'
        ? bundle
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bundle)
    return text.endsWith('\n') ? text.slice(0, -1).split('\n') : [`${text} `]
  } catch {
    return undefined
  }
}

class BundleCheck {
  readonly findings = new Findings()
  readonly #history = new History(this.findings)
  readonly #sequences = new SequenceTracker(this.findings)
  readonly #keys: TrustedKey[] = []
  readonly #digest: Hash = createHash('sha256')
  readonly #recordings = new Map<string, string>()
  #header: Extract<BundleLine, { type: 'bundle' }> | undefined
  #range: RangeCheck | undefined
  #partEnd = 0
  #line = 0
  #place = -1
  #entries = 0
  #lastIndex = -1
  /** Whether sequence numbers can be judged: entries come in unbroken runs, or a range of a spool is claimed. */
  #shown = false
  #broken = false
  #fromStart = false

  constructor({ trustedKeys, knownCheckpoints = [] }: VerifyOptions) {
    for (const line of trustedKeys) {
      const key = parseVerifierKey(line)
      if (key === undefined) this.findings.problem({ message: `'${line}' is no verifier key` })
      else this.#keys.push(key)
    }
    for (const note of knownCheckpoints) this.#addCheckpoint(note, 'a known checkpoint: ')
  }

  take(unverifiedLine: string): void {
    this.#line++
    const line = parseLine(unverifiedLine)
    if (line === undefined) return this.#problem('this line is malformed')
    if (linePlace[line.type] < this.#place || this.#place === linePlace.end) {
      return this.#problem(`'${line.type}' stands in the wrong place`)
    }
    if ((line.type === 'bundle') !== (this.#place === -1)) {
      return this.#problem('a bundle begins with its one header')
    }
    this.#place = linePlace[line.type]
    if (line.type === 'end') return this.#takeEnd(line)
    this.#digest.update(`${unverifiedLine}\n`)
    this.#takeContent(line)
  }

  finish(): Report {
    this.#finishRange()
    this.#sequences.finish()
    if (this.#place !== linePlace.end) this.findings.problem({ message: 'the bundle is cut short' })
    if (!this.#shown || this.#broken) {
      const message =
        'the bundle shows selected entries: whether others are missing only a range of the log can show'
      this.findings.gap({ kind: 'not-shown', message })
    }
    const size = this.#header?.size
    const checkpoint = size === undefined ? undefined : this.#history.at(size)
    if (size !== undefined && checkpoint !== undefined) this.#history.finish(size)
    else this.findings.problem({ message: 'no trusted checkpoint has the size of the bundle' })
    const entries = this.#entries
    const reached = this.#sequences.reached()
    if (checkpoint === undefined) return this.findings.report({ entries }, reached)
    const root = Buffer.from(checkpoint.root).toString('base64')
    return this.findings.report({ checkpoint: { ...checkpoint, root }, entries }, reached)
  }

  #takeContent(line: Exclude<BundleLine, { type: 'end' }>): void {
    switch (line.type) {
      case 'bundle':
        this.#header = line
        if (!this.#keys.some((k) => k.name === line.origin)) {
          this.#problem(`the log '${line.origin}' is not trusted`)
        }
        if (parseVerifierKey(line.verifierKey)?.name !== line.origin) {
          this.#problem('the verifier key of the bundle is not of its origin')
        }
        return
      case 'checkpoint':
        return this.#addCheckpoint(line.note, '')
      case 'consistency':
        if (this.#history.connect(line.from, line.to, line.hashes)) return
        return this.#problem(
          `nothing shows that the log of size ${line.from} became that of size ${line.to}: the proof fails`,
        )
      case 'range':
        return this.#beginRange(line)
      case 'part':
        return this.#beginPart(line)
      case 'missing':
        return this.#takeMissing(line)
      case 'entry':
        return this.#takeEntry(line)
      case 'spool':
        return this.#takeSpool(line)
      case 'recording':
        if (this.#recordings.get(line.sessionId) === `${line.chunks}/${line.digest}`) return
        return this.#problem(`no entry vouches for this recording of the session ${line.sessionId}`)
    }
  }

  #addCheckpoint(note: string, where: string): void {
    const checkpoint = openCheckpoint(note, this.#keys)
    if (typeof checkpoint === 'string') return this.#problem(where + checkpoint)
    const origin = this.#header?.origin
    if (origin !== undefined && checkpoint.origin !== origin) {
      return this.#problem(`the checkpoint is of '${checkpoint.origin}', the bundle of '${origin}'`)
    }
    this.#history.add(checkpoint)
  }

  #beginRange(line: Extract<BundleLine, { type: 'range' }>): void {
    this.#finishRange()
    if (line.first < this.#lastIndex + 1 || line.end <= line.first) {
      this.#problem('ranges must ascend and hold entries')
    }
    // A second run leaves out what lies between, and with it perhaps a sequence number.
    if (this.#shown) this.#broken = true
    this.#shown = true
    this.#fromStart = line.first === 0
    const size = line.size ?? this.#header?.size ?? 0
    this.#range = new RangeCheck(line, size, this.#history, this.findings)
  }

  #finishRange(): void {
    this.#range?.finish()
    this.#range = undefined
    this.#partEnd = 0
  }

  /** Entries of a damaged log whose proofs would need what is missing: never sound, however they look. */
  #beginPart({ first, end }: Extract<BundleLine, { type: 'part' }>): void {
    this.#finishRange()
    if (first < this.#lastIndex + 1 || end <= first) this.#problem('parts must ascend')
    this.#shown = true
    this.#partEnd = end
    const message = `nothing proves ${runName(first, end)}: the proof needs what is missing`
    this.findings.problem({ record: first, line: this.#line, message })
  }

  #takeMissing({ first, end }: Extract<BundleLine, { type: 'missing' }>): void {
    this.#finishRange()
    this.#shown = true
    const lost = `missing from the log that was signed: ${runName(first, end)}`
    this.findings.problem({ record: first, line: this.#line, message: lost })
    const message = `whether agents wrote what is missing cannot be told: ${runName(first, end)}`
    this.findings.gap({ kind: 'not-shown', record: first, message })
  }

  #takeEntry(line: Extract<BundleLine, { type: 'entry' }>): void {
    const { index: record, leaf, hash } = line
    this.#entries++
    if (!equal(leafHash(leaf), hash)) this.#entryProblem(record, 'is not what was logged')
    if (line.proof === undefined) this.#takeOfRange(record, hash)
    else this.#takeProven(record, hash, line.proof)
    this.#lastIndex = record
    const value = parseLeaf(leaf)
    if (value === undefined) this.#entryProblem(record, 'is no JSON object')
    else this.#remember(record, value)
  }

  #takeOfRange(record: number, hash: Uint8Array): void {
    if (record > this.#lastIndex && record < this.#partEnd) return
    const range = this.#range
    if (range === undefined || range.next >= range.end) {
      return this.#entryProblem(record, 'stands outside of any range and has no proof')
    }
    if (record !== range.next) {
      this.#entryProblem(record, `stands where entry ${range.next} has to`)
    }
    range.add(hash)
  }

  #takeProven(record: number, hash: Uint8Array, proof: readonly Uint8Array[]): void {
    this.#finishRange()
    this.#broken = true
    if (record <= this.#lastIndex) this.#entryProblem(record, 'is doubled or out of order')
    const checkpoint = this.#history.at(this.#header?.size ?? -1)
    const proven =
      checkpoint !== undefined &&
      verifyInclusion(hash, record, checkpoint.size, proof, checkpoint.root)
    if (!proven) this.#entryProblem(record, 'is not shown to be in the log: its proof fails')
  }

  #remember(record: number, leaf: Readonly<Record<string, unknown>>): void {
    this.#sequences.add(record, leaf, this.#fromStart)
    const { kind, sessionId, body } = leaf
    if (kind !== 'recording.ended' || typeof sessionId !== 'string') return
    const { chunks, digest } = (body ?? {}) as Readonly<Record<string, unknown>>
    if (typeof chunks === 'number' && typeof digest === 'string') {
      this.#recordings.set(sessionId, `${chunks}/${digest}`)
    }
  }

  #takeSpool(line: Extract<BundleLine, { type: 'spool' }>): void {
    const { agentId, spoolId, first, last } = line
    if (this.#sequences.claim(agentId, spoolId, first, last)) return
    const message = `the bundle does not hold the sequence numbers ${first} to ${last} of the spool ${spoolId}`
    this.findings.gap({ kind: 'missing', agentId, spoolId, first, last, message })
  }

  #takeEnd(line: Extract<BundleLine, { type: 'end' }>): void {
    this.#finishRange()
    if (line.lines !== this.#line || line.digest !== this.#digest.digest('hex')) {
      this.#problem('the bundle was altered after it was written: its own digest differs')
    }
  }

  #entryProblem(record: number, message: string): void {
    this.findings.problem({ record, line: this.#line, message: `entry ${record} ${message}` })
  }

  #problem(message: string): void {
    this.findings.problem(this.#line === 0 ? { message } : { line: this.#line, message })
  }
}

function runName(first: number, end: number): string {
  return end - first === 1 ? `entry ${first}` : `entries ${first} to ${end - 1}`
}

export function parseLeaf(leaf: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(leaf)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return value as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
