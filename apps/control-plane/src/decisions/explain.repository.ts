import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Prisma } from '../generated/prisma/client'

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

@Injectable()
export class ExplainRepository {
  constructor(private readonly database: Database) {}

  /** By id, by `<issuer>|<subject>`, or by a subject alone; two at most, which is enough to see that it is ambiguous. */
  principals(selector: string) {
    return this.database.prisma.principal.findMany({
      where: selected(selector),
      include: { issuer: { select: { name: true } } },
      orderBy: { id: 'asc' },
      take: 2,
    })
  }
}

function selected(selector: string): Prisma.PrincipalWhereInput {
  if (uuidForm.test(selector)) return { id: selector }
  const bar = selector.indexOf('|')
  if (bar < 0) return { subject: selector }
  const [issuer, subject] = [selector.slice(0, bar), selector.slice(bar + 1)]
  // Providers put bars into subjects too, such as auth0|7.
  const whole = { subject: selector }
  return { OR: [{ subject, issuer: { OR: [{ name: issuer }, { issuer }] } }, whole] }
}
