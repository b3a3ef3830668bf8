import type {
  DetectorMask as WireDetectorMask,
  MaskingPlan as WirePlan,
  MaskMethod as WireMethod,
  PartialMethod,
  PathMask,
} from '@wardgate/contract'
import type { DetectorMask, MaskingPlan, MaskMethod, ValueMethod } from '@wardgate/masking'
import { contractViolation } from './violation'

export function planFrom(plan: WirePlan): MaskingPlan {
  return {
    ...(plan.width === undefined ? {} : { width: plan.width }),
    columns: plan.columns.map(({ index, rule, method, hidesNull, type, key }) => ({
      index,
      rule,
      method: methodFrom(method),
      hidesNull,
      ...(type === 0 ? {} : { type }),
      ...(key === undefined ? {} : { key }),
    })),
    origins: plan.origins.map(({ table, attribute, rule, method }) => ({
      table,
      attribute,
      rule,
      method: methodFrom(method),
    })),
    ...(plan.expected === undefined ? {} : { tables: plan.expected.tables }),
    detectors: detectorsFrom(plan.detectors),
    touchesMasked: plan.touchesMasked,
    paths: plan.paths.map(({ path, rule, method }) => ({ path, rule, method: methodFrom(method) })),
    headers: plan.headers.map(({ name, rule, method }) => ({
      name,
      rule,
      method: methodFrom(method),
    })),
    ...(plan.unreadablePasses ? { unreadable: 'pass' as const } : {}),
    ...(plan.unreadableScanned ? { unreadable: 'scan' as const } : {}),
    ...(plan.unknownOrigin === undefined
      ? {}
      : {
          unknownOrigin: {
            rule: plan.unknownOrigin.rule,
            method: methodFrom(plan.unknownOrigin.method),
          },
        }),
  }
}

export function detectorsFrom(masks: readonly WireDetectorMask[]): DetectorMask[] {
  return masks.map(({ detector, rule, method }) => ({
    detector,
    rule,
    method: methodFrom(method),
  }))
}

function methodFrom(method: WireMethod | undefined): MaskMethod {
  const kind = method?.kind
  if (kind === undefined) throw contractViolation('a mask without a method')
  switch (kind.$case) {
    case 'redact':
      return { kind: 'redact' }
    case 'null':
      return { kind: 'null' }
    case 'partial':
      return partialFrom(kind.value)
    case 'hash':
      return { kind: 'hash' }
    case 'tokenize':
      return { kind: 'tokenize' }
    case 'shift':
      if (kind.value.days === 0) throw contractViolation('a shift by no days')
      return { kind: 'shift', days: kind.value.days }
    case 'within':
      return { kind: 'within', parts: kind.value.parts.map(partFrom) }
  }
}

function partialFrom({ keepFirst, keepLast, width }: PartialMethod): MaskMethod {
  return { kind: 'partial', keepFirst, keepLast, ...(width > 0 && { width }) }
}

function partFrom({ path, method }: PathMask): { path: string; method: ValueMethod } {
  const inner = methodFrom(method)
  if (inner.kind === 'within') throw contractViolation('a mask within a mask within a value')
  return { path, method: inner }
}
