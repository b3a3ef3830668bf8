import fc from 'fast-check'
import { readRequestPath, type PathRules } from './request-path'

const strict: PathRules = { encodedSlash: 'refuse', pathParameters: 'refuse' }
const lenient: PathRules = { encodedSlash: 'keep', pathParameters: 'keep' }

it.each([
  ['/', '/', ''],
  ['/users/7?x=1&x=2', '/users/7', 'x=1&x=2'],
  ['/users/7?', '/users/7', ''],
  ['/a?b?c', '/a', 'b?c'],
  ['//a///b//', '/a/b/', ''],
  ['/a/./b/../c', '/a/c', ''],
  ['/a/..', '/', ''],
  ['/a/.', '/a/', ''],
  ['/a/%2e%2e/b', '/b', ''],
  ['/a/.%2E/b', '/b', ''],
  ['/%61dmin', '/admin', ''],
  ['/caf%c3%a9', '/caf%C3%A9', ''],
  ['/a b'.replace(' ', '%20'), '/a%20b', ''],
  ['/a|b"c', '/a%7Cb%22c', ''],
  ["/it's(1)!*,=:@&+$", "/it's(1)!*,=:@&+$", ''],
  ['/a/...', '/a/...', ''],
])('reads %s as one path', (target, path, query) => {
  expect(readRequestPath(target, strict)).toEqual({ path, query })
})

it.each([
  ['climbing above the root', '/../etc/passwd'],
  ['climbing in encoded form', '/a/%2e%2e/%2E%2e/b'],
  ['an encoded slash', '/a%2fb'],
  ['an encoded backslash', '/a%5cb'],
  ['a backslash', '/a\\b'],
  ['two encodings', '/%252e%252e/a'],
  ['two encodings of a slash', '/a%252Fb'],
  ['half an encoding', '/a%2'],
  ['an encoding that is none', '/a%zz'],
  ['IIS unicode encoding', '/a%u002e'],
  ['an encoded NUL', '/a%00.json'],
  ['an encoded line break', '/a%0d%0aX: y'],
  ['an overlong slash', '/a%c0%afb'],
  ['an overlong dot', '/%c0%ae%c0%ae/a'],
  ['a lone continuation byte', '/a%80'],
  ['path parameters', '/admin;x=1/users'],
  ['encoded path parameters', '/admin%3bx=1'],
  ['a dot segment with parameters', '/a/..;/admin'],
  ['a fragment', '/a#b'],
  ['a fragment in the query', '/a?b#c'],
  ['a raw character', '/caf\u00e9'],
  ['a space', '/a b'],
  ['a control character in the query', '/a?b\tc'],
  ['no slash', 'admin'],
])('refuses %s', (_title, target) => {
  expect(() => readRequestPath(target, strict)).toThrow(
    expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
  )
})

it.each([
  ['/group%2fproject', '/group%2Fproject'],
  ['/a;v=1/b', '/a;v=1/b'],
  ['/a%3bv=1/b', '/a%3Bv=1/b'],
])('keeps %s where the connection says so', (target, path) => {
  expect(readRequestPath(target, lenient)).toEqual({ path, query: '' })
})

it.each(['/a/..;x/b', '/a/..%3bx/b', '/a/.;/b'])('never keeps the dot segment of %s', (target) => {
  expect(() => readRequestPath(target, lenient)).toThrow('dot segment')
})

it('reads what it has written as the same', () => {
  const piece = fc.constantFrom('/', '.', '..', '%2e', '%41', 'a', '%C3%A9', ';', '%3B', '|', '%20')
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.constantFrom(strict, lenient),
      (parts, rules) => {
        let first: string
        try {
          first = readRequestPath(`/${parts.join('')}`, rules).path
        } catch {
          return
        }
        expect(readRequestPath(first, rules).path).toBe(first)
        expect(first).toMatch(/^\//)
        expect(first).not.toMatch(/\/\/|\/\.\.?(\/|$)/)
      },
    ),
  )
})
