import { createRequire } from 'node:module'

/** The tests' own, which leaves alone what outgoing connections get. */
export const { freePort } = createRequire(import.meta.url)('@wardgate/gateway/testing')
