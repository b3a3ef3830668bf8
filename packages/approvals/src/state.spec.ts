import fc from 'fast-check'
import { approvalEvents, approvalStates, isFinal, statesBefore, transition } from '.'
import type { ApprovalState } from '.'

function play(events: readonly (typeof approvalEvents)[number][]): ApprovalState[] {
  const path: ApprovalState[] = ['pending']
  for (const event of events) {
    const moved = transition(path.at(-1)!, event)
    if (moved.kind === 'moved') path.push(moved.to)
  }
  return path
}

const sequences = fc.array(fc.constantFrom(...approvalEvents), { maxLength: 30 })

test('a request is consumed at most once, and only after it was approved', () => {
  fc.assert(
    fc.property(sequences, (events) => {
      const path = play(events)
      expect(path.filter((state) => state === 'consumed').length).toBeLessThanOrEqual(1)
      if (path.includes('consumed')) expect(path[path.indexOf('consumed') - 1]).toBe('approved')
    }),
  )
})

test('nothing follows a final state', () => {
  fc.assert(
    fc.property(sequences, (events) => {
      const path = play(events)
      for (const state of path.slice(0, -1)) expect(isFinal(state)).toBe(false)
    }),
  )
})

test('a refused move says what the state is', () => {
  expect(transition('rejected', 'consume')).toEqual({
    kind: 'refused',
    state: 'rejected',
    because: 'the request is rejected: it cannot consume any more',
  })
})

test('the states before an event are those it moves', () => {
  for (const event of approvalEvents)
    for (const state of approvalStates)
      expect(statesBefore(event).includes(state)).toBe(transition(state, event).kind === 'moved')
  expect(statesBefore('consume')).toEqual(['approved'])
})
