// Lets a plain node process run sources of the workspace: `node -r <this file> program.ts`.
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { resolve } = require('node:path')
const { transformSync } = require('@swc/core')

const packages = resolve(__dirname, '../../../../packages')
const resolveFilename = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  const own = /^@wardgate\/([^/]+)$/.exec(request)
  return resolveFilename.call(this, own ? `${packages}/${own[1]}/src/index.ts` : request, ...rest)
}
Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
    module: { type: 'commonjs' },
  })
  module._compile(code, filename)
}
