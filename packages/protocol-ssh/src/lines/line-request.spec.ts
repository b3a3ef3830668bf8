import { readLine } from './line-request'

it.each([
  ['', { kind: 'nothing' }],
  ['  # a note', { kind: 'nothing' }],
  ['exit', { kind: 'exit', code: undefined }],
  ['logout 3', { kind: 'exit', code: 3 }],
  ['cd', { kind: 'home' }],
  ['cd -', { kind: 'back' }],
  ['cd ~/src', { kind: 'move', word: '~/src' }],
  ["cd 'a b'", { kind: 'move', word: "'a b'" }],
  ['export LANG=C', { kind: 'set', name: 'LANG', value: 'C' }],
  ["export LC_ALL='a b'", { kind: 'set', name: 'LC_ALL', value: 'a b' }],
  ['unset LANG', { kind: 'unset', name: 'LANG' }],
])('%j is kept by the shell itself', (text, request) => {
  expect(readLine(text)).toEqual(request)
})

it.each([
  'cd /tmp; id',
  'cd $(id)',
  'cd /tmp && ls',
  'cd "$HOME"',
  "cd 'a'\\''b'",
  'cd -P /tmp',
  'cd *',
  'export A=$(id)',
  'export A=1 B=2',
  'exit; id',
  'exit $(id)',
  'unset -f x',
  'ls',
])('%j is a command: it is decided and runs as it stands', (text) => {
  expect(readLine(text)).toEqual({ kind: 'command', text })
})
