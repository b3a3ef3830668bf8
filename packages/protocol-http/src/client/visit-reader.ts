import type { Login } from '@wardgate/gateway'
import type { HttpSettings } from '../settings'
import { valueOf } from '../wire/fields'
import type { Exchange } from './exchange'
import type { Visit } from './place'
import { visitOf } from './visit'

/** What a visit was read from. */
interface Reading {
  readonly visit: Visit
  readonly authority: string
  readonly connections: unknown
  readonly authorization: string | undefined
  readonly proxyAuthorization: string | undefined
  readonly own: string | undefined
}

/** Reads the visits of one client connection, whose requests nearly always say again what the one before said. */
export class VisitReader {
  readonly #login: Login
  readonly #fallback: HttpSettings
  #last: Reading | undefined

  constructor(login: Login, fallback: HttpSettings) {
    this.#login = login
    this.#fallback = fallback
  }

  /** Throws what the client is told instead. */
  read(exchange: Exchange): Visit {
    if (this.#last !== undefined && this.#saysAgain(this.#last, exchange)) return this.#last.visit
    const visit = visitOf(exchange, this.#login, this.#fallback)
    this.#last = isPlain(exchange) ? this.#reading(visit, exchange) : undefined
    return visit
  }

  /** All that a visit is read from, and that it still means the same: other connections, another list. */
  #saysAgain(last: Reading, exchange: Exchange): boolean {
    const { authority, connections, authorization, proxyAuthorization, own } = this.#reading(
      last.visit,
      exchange,
    )
    return (
      isPlain(exchange) &&
      authority === last.authority &&
      connections === last.connections &&
      authorization === last.authorization &&
      proxyAuthorization === last.proxyAuthorization &&
      own === last.own &&
      isWithin(exchange.target, last.visit.prefix)
    )
  }

  #reading(visit: Visit, { authority, fields }: Exchange): Reading {
    const { tokenHeader } = visit.settings
    return {
      visit,
      authority,
      connections: this.#login.connections?.(),
      authorization: valueOf(fields, 'authorization'),
      proxyAuthorization: valueOf(fields, 'proxy-authorization'),
      own: tokenHeader === undefined ? undefined : valueOf(fields, tokenHeader.toLowerCase()),
    }
  }
}

/** A path at the listener itself: what proxies are asked, and what comes through tunnels, is read each time. */
function isPlain({ tunnel, method, target }: Exchange): boolean {
  return tunnel === undefined && method !== 'CONNECT' && target.startsWith('/')
}

function isWithin(target: string, prefix: string): boolean {
  if (!target.startsWith(prefix)) return false
  const next = target.charAt(prefix.length)
  return prefix === '' || next === '' || next === '/' || next === '?'
}
