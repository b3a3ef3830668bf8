import { Untrusted } from '../../components/untrusted-text'
import type { Risk } from './approval'

const high = 70
const medium = 40

export function riskLevel(score: number): 'low' | 'medium' | 'high' {
  if (score >= high) return 'high'
  return score >= medium ? 'medium' : 'low'
}

export function RiskLabel({ risk }: { readonly risk: Risk }) {
  const score = risk.score ?? 0
  const level = riskLevel(score)
  return (
    <span className={`risk risk-${level}`}>
      {level} <span className="risk-score">{score}</span>
    </span>
  )
}

/** The score with every factor in it: nobody has to believe a number. */
export function RiskSection({ risk }: { readonly risk: Risk }) {
  const factors = risk.factors ?? []
  return (
    <section>
      <h2>
        Risk <RiskLabel risk={risk} />
      </h2>
      {factors.length === 0 ? (
        <p className="quiet">No risk factor applies.</p>
      ) : (
        <ul className="factors">
          {factors.map(({ name, points, explanation }) => (
            <li key={name}>
              <span className="factor-points">+{points}</span>
              <span>
                <code>{name}</code> <Untrusted text={explanation} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
