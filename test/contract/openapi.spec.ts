import { join } from 'node:path'
import { root, runProcess } from '../support/instance'

const validator = require.resolve('@seriousme/openapi-schema-validator/bin/validate-api-cli.js')
const kept = join(root, 'docs/reference/openapi.json')

it('is a valid OpenAPI 3.1 document by the schema of its authors', async () => {
  const { code, stdout } = await runProcess(process.execPath, [validator, kept], process.env)
  expect({ code, ...(JSON.parse(stdout) as object) }).toEqual({ code: 0, valid: true })
})
