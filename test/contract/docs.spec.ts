import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { errorCodes } from '@wardgate/errors'
import { parsePolicy } from '@wardgate/policy'
import { envSchema as agentEnv } from '../../apps/agent/src/config/env'
import { envSchema as controlPlaneEnv } from '../../apps/control-plane/src/config/env'
import { envSchema as identityProviderEnv } from '../../apps/dev-identity-provider/src/settings'
import { envSchema as standaloneEnv } from '../../apps/standalone/src/settings'

const root = resolve(__dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort()
}

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...filesUnder('docs', '.md'),
  ...filesUnder('examples', '.md'),
].map((name) => ({ name, text: read(name) }))

/** Everything that the pattern finds, as "page: what", except what is known. */
function unknownMentions(pattern: RegExp, isKnown: (mention: string) => boolean): string[] {
  const mentions = pages.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map(([, mention = '']) => ({ name, mention })),
  )
  // A pattern that finds nothing would check nothing.
  expect(mentions.length).toBeGreaterThan(5)
  return mentions
    .filter(({ mention }) => !isKnown(mention))
    .map(({ name, mention }) => `${name}: ${mention}`)
}

/** As GitHub makes the anchors of headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), path)
  if (!existsSync(file)) return true
  return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor)
}

describe('the documents', () => {
  it.each(pages)('$name has no broken link', ({ name, text }) => {
    const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const relatives = links.filter((link) => !/^(https?:|mailto:)/.test(link))
    expect(relatives.filter((link) => isBroken(name, link))).toEqual([])
  })

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const unknown = unknownMentions(/npm run (?:-s )?([a-z]+)/g, (script) => script in scripts)
    expect(unknown).toEqual([])
  })

  it('name only error codes that exist', () => {
    const codes = Object.keys(errorCodes)
    const unknown = unknownMentions(/\b(ERR_[A-Z_]*\*?)/g, (mention) =>
      mention.endsWith('*') || mention === 'ERR_'
        ? codes.some((code) => code.startsWith(mention.replace('*', '')))
        : codes.includes(mention),
    )
    expect(unknown).toEqual([])
  })

  it('name only variables that something reads', () => {
    const schemas = [agentEnv, controlPlaneEnv, identityProviderEnv, standaloneEnv]
    const ofClients = [
      ...filesUnder('apps/cli/src', '.ts').map(read),
      ...filesUnder('examples', '.py').map(read),
    ].flatMap((text) => [...text.matchAll(/\[["'](WARDGATE_\w+)["']\]|get\("(WARDGATE_\w+)"/g)])
    const known = new Set([
      ...schemas.flatMap((schema) => Object.keys(schema.shape)),
      ...ofClients.flatMap(([, indexed, got]) => indexed ?? got ?? []),
    ])
    const isPrefix = (mention: string) => mention === 'WARDGATE_'
    const unknown = unknownMentions(
      /\b(WARDGATE_[A-Z_]*)/g,
      (mention) => isPrefix(mention) || known.has(mention),
    )
    expect(unknown).toEqual([])
  })

  it('name only commands that exist', () => {
    const commands = [...read('docs/reference/cli.md').matchAll(/^### `wardgate ([^`]+)`$/gm)].map(
      ([, command = '']) => command.split(/ [<[]/)[0] ?? '',
    )
    const nouns = new Set(commands.map((command) => command.split(' ')[0]))
    const isKnown = (mention: string) => {
      const [noun = '', verb] = mention.split(' ')
      if (!nouns.has(noun)) return false
      const verbs = commands.filter((command) => command.startsWith(`${noun} `))
      return verbs.length === 0 || verb === undefined || verbs.includes(mention)
    }
    const unknown = unknownMentions(
      /(?:^|`|\$ |-s |\| |\()wardgate (?:-- )?(?:--identity [a-z-]+ )?([a-z][a-z-]*(?: [a-z-]+)?)/gm,
      isKnown,
    )
    expect(unknown).toEqual([])
  })

  it('name only agent metrics that exist', () => {
    const source = read('apps/agent/src/observation/metrics.ts')
    const named = [...source.matchAll(/(?:gauge|counter|name:)\(?\s*'([a-z_]+)'/g)]
    const known = new Set(named.map(([, name = '']) => name))
    const unknown = unknownMentions(/`wardgate_agent_([a-z_]+)`/g, (metric) =>
      known.has(metric.replace(/_total$/, '')),
    )
    expect(unknown).toEqual([])
  })

  it('show only policies that are valid', () => {
    const shown = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/```yaml\n(name: [\s\S]*?\nrules:\n[\s\S]*?)```/g)].map(
        ([, source = '']) => ({ name, source }),
      ),
    )
    expect(shown.length).toBeGreaterThan(3)
    for (const { name, source } of shown)
      expect({ name, problems: parsePolicy(source).problems }).toEqual({ name })
  })
})
