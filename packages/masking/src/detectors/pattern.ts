import { PolicyError } from '@wardgate/errors'
import { RE2JS } from 're2js'
import type { Detector } from './detector'

/** How a plan names a detector of the policy's own: `pattern:` and an RE2 expression. */
export const patternPrefix = 'pattern:'

const maxPatternLength = 512

/** Expressions that stay compiled: a masker is made for every result, and compiling takes longer than most of them. */
const maxCompiled = 256
const compiled = new Map<string, RE2JS>()

/** A policy's own expression, matched by RE2 in linear time. It has no cheap test, so every text is searched. */
export function patternDetector(name: string): Detector {
  const source = name.slice(patternPrefix.length)
  const expression = compile(source)
  return {
    name,
    possible: () => true,
    find(text, found) {
      const matcher = expression.matcher(text)
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) found(matcher.start(), matcher.end())
      }
    },
  }
}

function compile(source: string): RE2JS {
  if (source === '' || source.length > maxPatternLength) {
    throw new PolicyError(
      'ERR_POLICY_INVALID',
      `a detector pattern has 1 to ${maxPatternLength} characters`,
    )
  }
  const known = compiled.get(source)
  if (known !== undefined) return known
  try {
    const expression = RE2JS.compile(source)
    if (compiled.size >= maxCompiled) compiled.clear()
    compiled.set(source, expression)
    return expression
  } catch (cause) {
    throw new PolicyError('ERR_POLICY_INVALID', `'${source}' is no RE2 expression`, { cause })
  }
}
