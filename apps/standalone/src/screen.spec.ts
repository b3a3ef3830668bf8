import { execFileSync } from 'node:child_process'
import { shellWord } from './screen'

it.each(['/home/ann/.wardgate', '/tmp/mit Leerzeichen ü', "/tmp/it's", '/tmp/$HOME`id`"x"\\'])(
  'prints %s so that a shell reads it as one word',
  (home) => {
    const pasted = `printf %s ${shellWord(home)}`
    expect(execFileSync('sh', ['-c', pasted], { encoding: 'utf8' })).toBe(home)
  },
)

it('leaves a plain path as it is', () => {
  expect(shellWord('/home/ann/.wardgate')).toBe('/home/ann/.wardgate')
})
