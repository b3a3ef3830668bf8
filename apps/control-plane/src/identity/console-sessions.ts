import { createHash, randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { AuditLog, type JsonObject } from '../common/audit-port'
import type { Identity } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import type { Bytes } from '../common/sealing/envelope'
import { Config } from '../config/config'
import { ConsoleSessionsRepository } from './console-sessions.repository'
import { IdentityBuilder } from './identity-builder'

const cookieBytes = 32
/** base64url of the bytes above. */
const cookiePattern = /^[A-Za-z0-9_-]{43}$/

/** Log-ins of people to the console. The database knows only digests, so reading it lets nobody in. */
@Injectable()
export class ConsoleSessions {
  constructor(
    private readonly sessions: ConsoleSessionsRepository,
    private readonly builder: IdentityBuilder,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** The cookie of a new session. */
  async open(principalId: string, login: JsonObject): Promise<string> {
    const cookie = randomBytes(cookieBytes).toString('base64url')
    const now = this.clock.now()
    const expiresAt = new Date(now + this.config.consoleSessionSeconds * 1000)
    await this.database.transaction(async (tx) => {
      await this.sessions.deleteExpired(tx, new Date(now))
      await this.sessions.create(tx, { digest: digestOf(cookie), principalId, expiresAt })
      await this.audit.append(tx, { kind: 'login.accepted', principalId, body: login })
    })
    return cookie
  }

  async identify(rawCookie: string): Promise<Identity | undefined> {
    if (!cookiePattern.test(rawCookie)) return undefined
    const session = await this.sessions.find(digestOf(rawCookie))
    if (session === null || session.expiresAt.getTime() <= this.clock.now()) return undefined
    try {
      const identity = await this.builder.fromPrincipal(session.principalId, session.expiresAt)
      return { ...identity, csrfToken: csrfTokenOf(rawCookie) }
    } catch (error) {
      if (error instanceof AuthError) return undefined
      throw error
    }
  }

  async close(rawCookie: string): Promise<void> {
    if (!cookiePattern.test(rawCookie)) return
    await this.database.transaction(async (tx) => {
      const principalId = await this.sessions.delete(tx, digestOf(rawCookie))
      if (principalId === undefined) return
      await this.audit.append(tx, {
        kind: 'login.ended',
        principalId,
        body: { surface: 'console' },
      })
    })
  }
}

function digestOf(cookie: string): Bytes {
  return new Uint8Array(createHash('sha256').update(cookie).digest())
}

/** Only who can read the cookie can compute it, and scripts cannot read the cookie. */
export function csrfTokenOf(cookie: string): string {
  return createHash('sha256').update(`wardgate csrf\0${cookie}`).digest('base64url')
}
