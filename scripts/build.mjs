// Turns TypeScript sources into CommonJS under each package's dist/. Only files that changed are compiled.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './root.mjs'
import { run } from './run.mjs'

const swcOptions = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs', ignoreDynamic: true },
  sourceMaps: 'inline',
}

function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function packages() {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')) && !folder.endsWith('console'))
}

async function generatePrismaClient() {
  const schema = join(root, 'prisma/schema.prisma')
  const output = join(root, 'apps/control-plane/src/generated/prisma')
  const stamp = join(output, '.stamp')
  const digest = createHash('sha256').update(readFileSync(schema)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const prisma = join(root, 'node_modules/prisma/build/index.js')
  // The client needs no native schema engine; naming one keeps the CLI from downloading it.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    CHECKPOINT_DISABLE: '1',
  }
  await must('prisma generate', [prisma, 'generate', '--schema', schema, '--no-hints'], { env })
  writeFileSync(stamp, digest)
}

/** Runs a program of ours to its end; what it prints is told when it fails. */
async function must(what, args, options) {
  let printed = ''
  const read = (text) => (printed += text)
  const code = await run(process.execPath, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    read,
  })
  if (code !== 0) throw new Error(`${what} failed\n${printed}`)
}

async function compile() {
  let compiled = 0
  const jobs = []
  for (const folder of packages()) {
    const source = join(folder, 'src')
    const dist = join(folder, 'dist')
    const wanted = new Set()
    for (const file of filesUnder(source)) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file.endsWith('.d.ts')) continue
      const target = join(dist, relative(source, file)).replace(/\.ts$/, '.js')
      wanted.add(target)
      if (existsSync(target) && statSync(target).mtimeMs >= statSync(file).mtimeMs) continue
      jobs.push(async (transform) => {
        const { code } = await transform(readFileSync(file, 'utf8'), {
          ...swcOptions,
          filename: file,
        })
        mkdirSync(dirname(target), { recursive: true })
        // Half a file of a build that was killed would count as built.
        writeFileSync(`${target}.new`, code)
        renameSync(`${target}.new`, target)
        compiled += 1
      })
    }
    for (const file of filesUnder(dist)) if (file.endsWith('.js') && !wanted.has(file)) rmSync(file)
  }
  if (jobs.length === 0) return 0
  const { transform } = await import('@swc/core')
  for (let at = 0; at < jobs.length; at += 64)
    await Promise.all(jobs.slice(at, at + 64).map((job) => job(transform)))
  return compiled
}

/** The console is a Vite application; it is built again when any of its sources is newer than its output. */
async function buildConsole() {
  const folder = join(root, 'apps/console')
  const output = join(folder, 'dist/index.html')
  const sources = [
    ...filesUnder(join(folder, 'src')),
    join(folder, 'index.html'),
    join(folder, 'vite.config.ts'),
  ].filter(existsSync)
  if (!existsSync(join(folder, 'index.html'))) return false
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs))
  if (existsSync(output) && statSync(output).mtimeMs >= newest) return false
  const vite = join(folder, 'node_modules/vite/bin/vite.js')
  // Built beside its place: half a console of a build that was killed would count as built.
  const fresh = join(root, '.cache/console-build')
  const into = ['--outDir', fresh, '--emptyOutDir']
  await must('console build', [vite, 'build', '--logLevel', 'warn', ...into], { cwd: folder })
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  renameSync(fresh, join(folder, 'dist'))
  return true
}

export async function build(progress = () => {}) {
  progress('generating the database client')
  await generatePrismaClient()
  progress('compiling')
  const compiled = await compile()
  progress('building the console')
  const consoleBuilt = await buildConsole()
  return { compiled, consoleBuilt }
}

if (process.argv[1] === import.meta.filename) {
  const { compiled, consoleBuilt } = await build((step) => console.error(`build: ${step}`))
  console.error(`build: ${compiled} files compiled${consoleBuilt ? ', console built' : ''}`)
}
