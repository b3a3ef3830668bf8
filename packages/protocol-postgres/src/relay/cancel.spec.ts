import { relayedSession } from '../testing/relayed-session'
import { query, terminate } from '../wire'

const turn = () => new Promise(setImmediate)
const turns = async () => {
  for (let count = 0; count < 8; count += 1) await turn()
}

/** A session whose statements return three rows of which one is permitted, and whose cancels wait for `tell`. */
function start() {
  const rows = [['1'], ['2'], ['3']]
  let tell: () => void = () => undefined
  const told = new Promise<never>((_, reject) => (tell = () => reject(new Error('told'))))
  const session = relayedSession({
    results: (text) =>
      text.startsWith('SELECT') ? { columns: ['n'], rows, tag: 'SELECT 3' } : undefined,
    dial: () => told,
  })
  const { controlPlane } = session.fake
  controlPlane.answer = () => controlPlane.allow({ rowLimit: 1 })
  return { ...session, tell }
}

it('lets no statement follow before the target has heard of the cancel of the one before', async () => {
  const { client, ended, tell, target } = start()
  client.write(query('SELECT one'))
  await turns()
  client.write(query('SELECT two'))
  await turns()
  expect(target.received).toContainEqual(query('SELECT one'))
  expect(target.received).not.toContainEqual(query('SELECT two'))
  tell()
  await turns()
  expect(target.received).toContainEqual(query('SELECT two'))
  client.end(terminate)
  await ended
})

it.each([
  ['nobody else a connection for which a cancel is under way', false],
  ['a connection to the next when the target has heard of it', true],
])('gives %s', async (_, isReusable) => {
  const { client, ended, tell } = start()
  client.write(query('SELECT one'))
  await turns()
  if (isReusable) tell()
  await turns()
  client.end()
  expect(await ended).toMatchObject({ isReusable })
  tell()
})
