import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KnownRoutes, MethodNotAllowed } from '../common/http/known-routes'
import { sendProblem, toProblem } from '../common/http/problem'

const start = 'index.html'
/** Vite puts a digest into the names of these, so they never change. */
const immutable = /^assets\//
/** What is not the console's, even when nothing is there. */
const reserved = /^\/(v1|auth|health|metrics|\.well-known)(\/|$)/

/** The console's files and, for the paths of its pages, its start page. */
export async function serveConsole(app: NestFastifyApplication, folder: string): Promise<void> {
  if (!existsSync(join(folder, start))) return
  const files = new Set(filesIn(folder))
  const routes = app.get(KnownRoutes)
  const { default: fastifyStatic } = await import('@fastify/static')
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
  })
  app
    .getHttpAdapter()
    .getInstance()
    .get('/*', (request, reply) => {
      const path = request.url.split('?', 1)[0] ?? '/'
      if (reserved.test(path)) return refuse(routes, request, reply)
      const file = files.has(path.slice(1)) ? path.slice(1) : start
      if (immutable.test(file))
        void reply.header('Cache-Control', 'public, max-age=31536000, immutable')
      return reply.sendFile(file)
    })
}

function refuse(routes: KnownRoutes, request: FastifyRequest, reply: FastifyReply) {
  const error = routes.refusal(request.url)
  if (error instanceof MethodNotAllowed) void reply.header('Allow', error.allowed.join(', '))
  return sendProblem(reply, toProblem(error, request.id))
}

/** Only what is there at the start is ever served; names of requests are never joined to paths. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}
