// docs/reference/configuration.md: every environment variable that a schema reads.
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { cell, table } from './markdown.mjs'

const require = createRequire(import.meta.url)
const parts = [
  {
    title: 'Control plane',
    file: 'apps/control-plane/dist/config/env.js',
    text: 'Started with `node apps/control-plane/dist/main.js`. A template: [deploy/control-plane.env.example](../../deploy/control-plane.env.example).',
  },
  {
    title: 'Agent',
    file: 'apps/agent/dist/config/env.js',
    text: 'Started with `node --initial-old-space-size=128 apps/agent/dist/main.js`: without the flag all works, and bulk transfers cost more. A template: [deploy/agent.env.example](../../deploy/agent.env.example).',
  },
  {
    title: 'Standalone',
    file: 'apps/standalone/dist/settings.js',
    text: 'What `npm start` reads; it configures the processes above by itself.',
  },
  {
    title: 'Development identity provider',
    file: 'apps/dev-identity-provider/dist/settings.js',
    text: 'Part of the standalone, for trying Wardgate. It serves loopback only and is no product.',
  },
]

export function configurationReference(root) {
  if (!parts.every(({ file }) => existsSync(join(root, file)))) return undefined
  const { describeEnv } = require(join(root, 'packages/config/dist/index.js'))
  const sections = parts.map(({ title, file, text }) => {
    const { envSchema } = require(join(root, file))
    const rows = describeEnv(envSchema).map((key) => row(key, root))
    return `## ${title}\n\n${text}\n\n${table(['variable', 'default', 'meaning'], rows)}`
  })
  return `# Configuration

Made from the schemas by \`npm run generate\`; do not edit.

Everything is read from the environment, once, at start. An empty value counts as absent. What is wrong is told all at
once, by key and never by value. A *secret* is printed by no log and no error. The command line client has
[variables of its own](cli.md#options-of-every-command).

${sections.join('\n')}`
}

function row({ name, description, required, default: fallback, secret }, root) {
  const shown = required ? '**required**' : defaultText(fallback, root)
  return [`\`${name}\``, shown, cell(`${description}${secret ? ' *Secret.*' : ''}`)]
}

/** The default as it is on every machine. */
function defaultText(value, root) {
  if (value === undefined || value === '' || value === '[]') return ''
  if (value === hostname().toLowerCase()) return 'the host name'
  return `\`${value.startsWith(`${root}/`) ? value.slice(root.length + 1) : value}\``
}
