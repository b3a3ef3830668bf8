import type { Capabilities } from '@wardgate/gateway'
import type { PolicyDocument } from '@wardgate/policy'

/** Which protocols there are and what they can enforce. */
export abstract class ProtocolCapabilities {
  abstract find(protocol: string): Capabilities | undefined
}

/** What the document asks for that the protocol cannot do, in words for its author. */
export function lackingCapabilities(
  document: PolicyDocument,
  protocol: string,
  capabilities: Capabilities | undefined,
): readonly string[] {
  if (capabilities === undefined) return [`the protocol ${protocol} is not known`]
  return document.rules.flatMap((rule) => {
    const needs: [boolean, string][] = [
      [rule.mask?.columns !== undefined && !capabilities.masks.includes('column'), 'column masks'],
      [rule.mask?.detectors !== undefined && !capabilities.masks.includes('detector'), 'detectors'],
      [rule.mask?.paths !== undefined && !capabilities.masks.includes('path'), 'path masks'],
      [rule.mask?.headers !== undefined && !capabilities.masks.includes('header'), 'header masks'],
      [rule.approval !== undefined && !capabilities.hold, 'holding operations for approval'],
      [rule.limits !== undefined && !capabilities.rowLimit, 'row limits'],
      [rule.readOnly === true && !capabilities.readOnly, 'read-only sessions'],
      [rule.lines === true && !capabilities.lines, 'shells that take lines'],
    ]
    return needs
      .filter(([lacking]) => lacking)
      .map(([, what]) => `rule ${rule.id}: the protocol ${protocol} does not support ${what}`)
  })
}
