import type { Server } from 'node:http'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { InvalidRequest } from './invalid-request'
import { whereNotJson } from './json-position'

/** JSON bodies as Fastify reads them; one that is not JSON is refused with the place where it stops being JSON. */
export function readJsonBodies(app: NestFastifyApplication, bodyLimit: number): void {
  const parse = app.getHttpAdapter().getInstance().getDefaultJsonParser('error', 'error')
  app.useBodyParser<Server>('application/json', { bodyLimit }, (request, body: Buffer, done) => {
    const text = body.toString('utf8')
    void parse(request, text, (error, parsed) => {
      const where = error === null ? undefined : whereNotJson(text)
      if (where === undefined) done(error, parsed)
      else done(new InvalidRequest([{ path: '', message: `the body is not JSON: ${where}` }]))
    })
  })
}
