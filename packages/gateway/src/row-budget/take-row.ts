import { LimitError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { RowBudget } from './row-budget'

type Refused = GatewayError | undefined

/** At once while the lease lasts; waits for the control plane when another is needed. Fails closed when it is silent. */
export function takeRow(budget: RowBudget | undefined, limit: number): Refused | Promise<Refused> {
  if (budget === undefined) return noRoom()
  return budget.take() ? undefined : takeLater(budget, limit)
}

async function takeLater(budget: RowBudget, limit: number): Promise<Refused> {
  try {
    // Others may have taken all of what came.
    while (await budget.refill()) if (budget.take()) return undefined
    return usedUp(limit)
  } catch (caught) {
    const error = toGatewayError(caught)
    return new LimitError(
      'ERR_LIMIT_ROWS',
      `a rule permits ${limit} rows an hour, and how many are left cannot be asked: ${error.message}`,
      { retryable: true, cause: caught, nextStep: 'Come back when the control plane answers.' },
    )
  }
}

function noRoom(): LimitError {
  return new LimitError(
    'ERR_LIMIT_ROWS',
    'the agent counts the rows of too many principals at once to count yours',
    { retryable: true, nextStep: 'Come back in a minute.' },
  )
}

function usedUp(limit: number): LimitError {
  return new LimitError(
    'ERR_LIMIT_ROWS',
    `you have got the ${limit} rows an hour that a rule permits you on this connection`,
    { retryable: true, nextStep: 'Ask for less, aggregate at the target, or come back later.' },
  )
}
