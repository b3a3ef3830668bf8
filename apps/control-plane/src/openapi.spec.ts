import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openApiText } from './openapi'

const kept = resolve(__dirname, '../../../docs/reference/openapi.json')

describe('docs/reference/openapi.json', () => {
  it('is what the code says; renew it with `node apps/control-plane/dist/openapi.js`', () => {
    expect(readFileSync(kept, 'utf8') === openApiText()).toBe(true)
  })
})
