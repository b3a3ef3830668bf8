import 'reflect-metadata'
import fastifyCookie from '@fastify/cookie'
import type { LoggerService } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { v7 as uuid } from 'uuid'
import { AppModule } from './app.module'
import { endConnections } from './common/http/end-connections'
import { readJsonBodies } from './common/http/json-bodies'
import { KnownRoutes } from './common/http/known-routes'
import { addResponseHeaders } from './common/http/response-headers'
import { answerUnparsed, answerUnroutable } from './common/http/unreadable'
import { measureRequests } from './common/metrics/measure-requests'
import { Metrics } from './common/metrics/metrics'
import { traceRequests } from './common/tracing/trace-requests'
import { Traces } from './common/tracing/traces'
import { serveConsole } from './console/serve-console'
import type { Config } from './config/config'

/** Policies and recordings' searches are the largest bodies; evidence and recordings only ever leave. */
const bodyLimitBytes = 1 << 20
const requestTimeoutMillis = 30_000

/** The application, ready to listen: migrations are applied, every route has its access declared. */
export async function createApp(
  config: Config,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMillis,
    genReqId: () => uuid(),
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnparsed,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
  })
  // Nest's type of options is a class that nobody instantiates.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    logger,
    abortOnError: false,
  })
  await app.register(fastifyCookie)
  const fastify = app.getHttpAdapter().getInstance()
  app.get(KnownRoutes).watch(fastify)
  readJsonBodies(app, bodyLimitBytes)
  addResponseHeaders(fastify)
  endConnections(fastify)
  measureRequests(fastify, app.get(Metrics))
  traceRequests(fastify, app.get(Traces).spans)
  await serveConsole(app, config.consoleFolder)
  app.enableShutdownHooks()
  try {
    await app.init()
  } catch (error) {
    // What was begun must not go on: listeners would dial again for ever.
    await app.close()
    throw error
  }
  return app
}
