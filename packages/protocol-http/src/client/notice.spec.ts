import { SessionError } from '@wardgate/errors'
import { Notice } from './notice'

const first = new SessionError('ERR_SESSION_KILLED', 'first')
const second = new SessionError('ERR_SESSION_CLIENT_GONE', 'second')

it('tells its listeners once, with the first reason', () => {
  const notice = new Notice()
  const told: unknown[] = []
  notice.listen((reason) => told.push(reason))
  notice.give(first)
  notice.give(second)
  expect(told).toEqual([first])
  expect(notice.reason).toBe(first)
})

it('tells who comes late at once, and nobody who has left', () => {
  const notice = new Notice()
  const told: unknown[] = []
  const leaver = () => told.push('leaver')
  notice.listen(leaver)
  notice.forget(leaver)
  notice.give(first)
  notice.listen((reason) => told.push(reason))
  expect(told).toEqual([first])
})

it('is a signal too, whether that is asked for before or after', () => {
  const [before, after] = [new Notice(), new Notice()]
  const { signal } = before
  before.give(first)
  after.give(first)
  expect([signal.aborted, signal.reason]).toEqual([true, first])
  expect([after.signal.aborted, after.signal.reason]).toEqual([true, first])
})
