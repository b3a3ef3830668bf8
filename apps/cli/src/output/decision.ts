import { objects, textOf } from '../api/client'
import { member } from '../config/standalone'
import { plainText } from './table'

/** `shop/writes`: how people name a rule. */
export function ruleName(reference: unknown): string {
  return `${textOf(reference, 'policy')}/${textOf(reference, 'rule')}`
}

/** The score, then each factor with its points and its reason. */
export function riskText(risk: unknown): string {
  const factors = objects(member(risk, 'factors')).map(
    (factor) =>
      `${textOf(factor, 'name')} +${plainText(factor['points'])}: ${textOf(factor, 'explanation')}`,
  )
  return [`${plainText(member(risk, 'score'))} of 100`, ...factors].join('\n')
}
