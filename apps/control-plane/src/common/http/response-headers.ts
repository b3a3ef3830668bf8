import type { FastifyInstance } from 'fastify'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Errors included. API answers hold confidential data, so nothing may store them. */
export function headersOfEveryAnswer(requestId: string): Readonly<Record<string, string>> {
  return {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cache-Control': 'no-store',
  }
}

export function addResponseHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ id }, reply) => {
    void reply.headers(headersOfEveryAnswer(id))
  })
}
