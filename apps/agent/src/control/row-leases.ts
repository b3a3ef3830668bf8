import type { ServiceError } from '@grpc/grpc-js'
import type { AgentServiceClient, LeaseRowsResponse, RowBudget } from '@wardgate/contract'
import type { GatewayError } from '@wardgate/errors'
import type { HourlyRows, RowLease } from '@wardgate/gateway'
import { ask } from './unary-call'
import { contractViolation, unavailable } from './violation'

/** A client waits for it in the middle of a result. */
const answerMillis = 5_000

export async function leaseRows(client: AgentServiceClient, hourly: HourlyRows): Promise<RowLease> {
  const request = { budget: budgetToWire(hourly) }
  const { lease, seconds } = await ask<LeaseRowsResponse>(
    answerMillis,
    (...how) => client.leaseRows(request, ...how),
    refusalOf,
  )
  if (lease === undefined) throw contractViolation('no lease')
  return { rows: Number(lease.rows), minute: Number(lease.minute), millis: seconds * 1000 }
}

export async function returnRows(
  client: AgentServiceClient,
  hourly: HourlyRows,
  { rows, minute }: RowLease,
): Promise<void> {
  const lease = { rows: BigInt(rows), minute: BigInt(minute) }
  const request = { budget: budgetToWire(hourly), lease }
  await ask(answerMillis, (...how) => client.returnRows(request, ...how), refusalOf)
}

function budgetToWire({ principalId, connectionId, limit }: HourlyRows): RowBudget {
  return { principalId, connectionId, limit: BigInt(limit) }
}

function refusalOf(cause: ServiceError): GatewayError {
  return unavailable('the control plane does not answer', cause)
}
