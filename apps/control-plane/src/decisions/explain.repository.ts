import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'

@Injectable()
export class ExplainRepository {
  constructor(private readonly database: Database) {}

  principal(selector: string) {
    const bar = selector.indexOf('|')
    const include = { issuer: { select: { name: true } } }
    if (bar < 0)
      return this.database.prisma.principal.findUnique({ where: { id: selector }, include })
    const [issuer, subject] = [selector.slice(0, bar), selector.slice(bar + 1)]
    return this.database.prisma.principal.findFirst({
      where: { subject, issuer: { OR: [{ name: issuer }, { issuer }] } },
      include,
    })
  }
}
