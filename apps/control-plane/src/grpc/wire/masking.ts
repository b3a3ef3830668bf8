import type {
  DetectorMask as WireDetector,
  MaskingPlan as WirePlan,
  MaskMethod as WireMethod,
} from '@wardgate/contract'
import type { DetectorMask, MaskingPlan, MaskMethod } from '@wardgate/masking'

export function planToWire(plan: MaskingPlan): WirePlan {
  return {
    width: plan.width,
    columns: plan.columns.map((mask) => ({
      ...mask,
      method: methodToWire(mask.method),
      hidesNull: mask.hidesNull ?? false,
      type: mask.type ?? 0,
      key: mask.key,
    })),
    origins: plan.origins.map((mask) => ({ ...mask, method: methodToWire(mask.method) })),
    detectors: plan.detectors.map(detectorToWire),
    touchesMasked: plan.touchesMasked ?? false,
    paths: (plan.paths ?? []).map((mask) => ({ ...mask, method: methodToWire(mask.method) })),
    headers: (plan.headers ?? []).map((mask) => ({ ...mask, method: methodToWire(mask.method) })),
    expected: plan.tables === undefined ? undefined : { tables: [...plan.tables] },
    unreadablePasses: plan.unreadable === 'pass',
    unreadableScanned: plan.unreadable === 'scan',
    unknownOrigin:
      plan.unknownOrigin === undefined
        ? undefined
        : { rule: plan.unknownOrigin.rule, method: methodToWire(plan.unknownOrigin.method) },
  }
}

export function detectorToWire({ detector, rule, method }: DetectorMask): WireDetector {
  return { detector, rule, method: methodToWire(method) }
}

function methodToWire(method: MaskMethod): WireMethod {
  switch (method.kind) {
    case 'redact':
      return { kind: { $case: 'redact', value: {} } }
    case 'null':
      return { kind: { $case: 'null', value: {} } }
    case 'hash':
      return { kind: { $case: 'hash', value: {} } }
    case 'tokenize':
      return { kind: { $case: 'tokenize', value: {} } }
    case 'shift':
      return { kind: { $case: 'shift', value: { days: method.days } } }
    case 'within': {
      const parts = method.parts.map((part) => ({
        path: part.path,
        rule: '',
        method: methodToWire(part.method),
      }))
      return { kind: { $case: 'within', value: { parts } } }
    }
    case 'partial': {
      const { keepFirst, keepLast, width = 0 } = method
      return { kind: { $case: 'partial', value: { keepFirst, keepLast, width } } }
    }
  }
}
