import { errorCodes, nextStepOf, TargetError, textForClients } from '.'

const { meaning, nextStep } = errorCodes.ERR_TARGET_UNREACHABLE

it('shows a message that is exposed, and its own next step', () => {
  const error = new TargetError('ERR_TARGET_UNREACHABLE', 'no route', {
    expose: true,
    nextStep: 'Add one.',
  })
  expect([textForClients(error), nextStepOf(error)]).toEqual(['no route', 'Add one.'])
})

it('shows of any other message what the code means', () => {
  const error = new TargetError('ERR_TARGET_UNREACHABLE', '10.0.0.7 refused', { expose: false })
  expect([textForClients(error), nextStepOf(error)]).toEqual([meaning, nextStep])
})
