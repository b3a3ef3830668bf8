import { stricter } from '../../methods/mask-value'
import type { MaskMethod, PathMask } from '../../plan'
import { parsePath, type PathStep } from './path-pattern'

/** Bounds on what is remembered: names in a body are the target's, and there may be any number of them. */
const maxStates = 4_096
const maxNames = 1_024

interface CompiledPath {
  readonly steps: readonly PathStep[]
  readonly method: MaskMethod
}

/** All paths of a plan at once, followed down a document: a state for every set of places in the paths. */
export class PathMachine {
  readonly root: PathState
  readonly active: boolean
  readonly #paths: readonly CompiledPath[]
  readonly #states = new Map<string, PathState>()

  constructor(masks: readonly PathMask[]) {
    this.#paths = masks.map(({ path, method }) => ({ steps: parsePath(path), method }))
    this.active = masks.length > 0
    this.root = this.#state(new Set(this.#paths.map((_path, index) => index * stride)))
  }

  member(places: readonly number[], name: string): PathState {
    const folded = foldName(name)
    const next = new Set<number>()
    for (const place of places) {
      const step = this.#stepAt(place)
      if (step === undefined) continue
      if (step.anyDepth) next.add(place)
      if (step.any || step.name?.(folded) === true) next.add(place + 1)
    }
    return this.#state(next)
  }

  /** A name is also looked for in the elements of an array, so that one object and a list of them are alike. */
  element(places: readonly number[], index: number): PathState {
    const next = new Set<number>()
    for (const place of places) {
      const step = this.#stepAt(place)
      if (step === undefined) continue
      if (step.anyDepth || step.name !== undefined) next.add(place)
      if (step.any || step.index === index) next.add(place + 1)
    }
    return this.#state(next)
  }

  hasIndex(places: readonly number[]): boolean {
    return places.some((place) => this.#stepAt(place)?.index !== undefined)
  }

  #stepAt(place: number): PathStep | undefined {
    return this.#paths[Math.floor(place / stride)]?.steps[place % stride]
  }

  #state(set: ReadonlySet<number>): PathState {
    const places = [...set].sort((a, b) => a - b)
    const key = places.join()
    const known = this.#states.get(key)
    if (known !== undefined) return known
    if (this.#states.size >= maxStates) this.#states.clear()
    const state = new PathState(this, places, this.#methodAt(places))
    this.#states.set(key, state)
    return state
  }

  #methodAt(places: readonly number[]): MaskMethod | undefined {
    let method: MaskMethod | undefined
    for (const place of places) {
      const path = this.#paths[Math.floor(place / stride)]
      if (path === undefined || place % stride !== path.steps.length) continue
      method = method === undefined ? path.method : stricter(method, path.method)
    }
    return method
  }
}

/** More than a path has steps; a place is `path * stride + step`. */
const stride = 128

/** Where in the paths a value stands. */
export class PathState {
  /** How the value is masked, whole; undefined when no path ends here. */
  readonly method: MaskMethod | undefined
  readonly #machine: PathMachine
  readonly #places: readonly number[]
  readonly #members = new Map<string, PathState>()
  readonly #byIndex: boolean
  #element: PathState | undefined

  constructor(machine: PathMachine, places: readonly number[], method: MaskMethod | undefined) {
    this.#machine = machine
    this.#places = places
    this.method = method
    this.#byIndex = machine.hasIndex(places)
  }

  member(name: string): PathState {
    const known = this.#members.get(name)
    if (known !== undefined) return known
    const state = this.#machine.member(this.#places, name)
    if (this.#members.size >= maxNames) this.#members.clear()
    this.#members.set(name, state)
    return state
  }

  element(index: number): PathState {
    if (this.#byIndex) return this.#machine.element(this.#places, index)
    return (this.#element ??= this.#machine.element(this.#places, index))
  }
}

/** One name for spellings that a reader takes for the same: compatibility forms, blanks and control characters. */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/%(?:[01][0-9a-f]|20|7f|a0)/gi, '')
    .replace(/[\p{C}\p{Z}]/gu, '')
}
