import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openApiText } from './openapi'

const kept = resolve(__dirname, '../../../docs/reference/openapi.json')

describe('docs/reference/openapi.json', () => {
  it('is what the code says; renew it with `node apps/control-plane/dist/openapi.js`', () => {
    expect(readFileSync(kept, 'utf8') === openApiText()).toBe(true)
  })
})

describe('lists', () => {
  const { paths } = JSON.parse(openApiText()) as {
    paths: Record<string, { get?: { parameters?: Parameter[]; responses: object } }>
  }
  interface Parameter {
    readonly name: string
    readonly description: string
  }
  const pages = Object.entries(paths).flatMap(([path, { get }]) =>
    get !== undefined && JSON.stringify(get.responses).includes('"nextCursor"')
      ? [[path, get] as const]
      : [],
  )

  it('there are some', () => expect(pages.length).toBeGreaterThan(10))

  it.each(pages)('%s come in pages, of a size that is capped', (_path, { parameters = [] }) => {
    const named = (name: string) => parameters.find((parameter) => parameter.name === name)
    expect(named('cursor')).toBeDefined()
    // More is taken as the cap, so it is no maximum of the schema.
    expect(named('limit')?.description).toContain('at most 200; default 50')
  })
})
