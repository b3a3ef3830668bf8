// docs/reference/errors.md: every error code, and how it looks on each wire.
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cell, table } from './markdown.mjs'

const require = createRequire(import.meta.url)
/** Codes of these families answer API requests or end processes; no database client ever sees them. */
const neverOnTheWire = ['ERR_REQUEST_', 'ERR_CONFIG_']
const sources = {
  codes: 'packages/errors/dist/codes.js',
  http: 'apps/control-plane/dist/common/http/problem.js',
  postgres: 'packages/protocol-postgres/dist/errors.js',
}

export function errorsReference(root) {
  const file = (name) => join(root, sources[name])
  if (!Object.keys(sources).every((name) => existsSync(file(name)))) return undefined
  const { errorCodes } = require(file('codes'))
  const { statusOf } = require(file('http'))
  const { sqlStateOf } = require(file('postgres'))
  const rows = Object.entries(errorCodes).map(([code, { meaning, nextStep }]) => [
    `\`${code}\``,
    cell(meaning),
    cell(nextStep),
    httpOf(code, statusOf({ code })),
    neverOnTheWire.some((prefix) => code.startsWith(prefix)) ? '' : `\`${sqlStateOf(code)}\``,
  ])
  return `# Errors

Made from the code by \`npm run generate\`; do not edit.

The code is the contract; the message is for people and may change. The API answers with a problem document
(RFC 9457) whose \`code\` and \`nextStep\` are these. A PostgreSQL client finds the code in the DETAIL field, the next step in
HINT, and the SQLSTATE that drivers branch on. Empty = never answered there.

${table(['code', 'meaning', 'what to do', 'HTTP', 'SQLSTATE'], rows)}
Missing \`If-Match\` is \`ERR_REQUEST_PRECONDITION\` with HTTP 428.
`
}

/** 500 is what codes without a status of their own get; only ERR_INTERNAL is meant to be seen so. */
function httpOf(code, status) {
  return status === 500 && code !== 'ERR_INTERNAL' ? '' : String(status)
}
