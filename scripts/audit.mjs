// Audits what we ship: licences by an allow-list, install scripts by name, and advisories where the registry answers.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
])
/** A package may be under several licences at once: then each of them counts. */
const isAllowed = (licence) =>
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(/ and /i)
    .every((one) => allowed.has(one))
/** Reached only through the Prisma CLI, which generates code at build time and is not part of what runs. */
const buildTimeOnly = new Set(['elkjs', 'robust-predicates', 'postgres', 'argparse'])
/** In the public domain, which asks for less than any licence on the list; the SSH library reads keys with it. */
const publicDomain = new Set(['tweetnacl'])

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pnpm = (...args) =>
  spawnSync('npx', ['-y', packageManager, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })

let failures = 0
const fail = (line) => {
  failures += 1
  console.error(`audit: ${line}`)
}

const licences = pnpm('licenses', 'list', '--prod', '--json')
if (licences.status !== 0) fail(`cannot list licences: ${licences.stderr}`)
else {
  const groups = Object.entries(JSON.parse(licences.stdout))
  for (const [licence, packages] of groups) {
    if (isAllowed(licence)) continue
    for (const { name } of packages)
      if (!buildTimeOnly.has(name) && !publicDomain.has(name))
        fail(`${name}: licence ${licence} is not on the list`)
  }
  console.log(
    `audit: ${groups.reduce((sum, [, packages]) => sum + packages.length, 0)} packages, licences checked`,
  )
}

const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
const unpinned = lock
  .split('\n')
  .filter((line) => /^\s+resolution: \{(?!integrity|directory|type)/.test(line))
if (unpinned.length > 0) fail(`${unpinned.length} packages of the lock file have no integrity`)

const advisories = pnpm('audit', '--prod', '--json')
try {
  const { metadata, error } = JSON.parse(advisories.stdout)
  if (error) throw new Error(error.message)
  const { high = 0, critical = 0 } = metadata.vulnerabilities
  if (high + critical > 0)
    fail(`${high} high and ${critical} critical advisories; run pnpm audit --prod`)
  else console.log('audit: no high or critical advisories')
} catch {
  // Mirrors without the advisory service answer with an error: said aloud, since nothing was checked.
  console.log('audit: the registry serves no advisories here; not checked')
}
process.exit(failures > 0 ? 1 : 0)
