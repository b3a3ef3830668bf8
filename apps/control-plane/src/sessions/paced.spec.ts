import { Paced } from './paced'

function paced(work: (items: readonly number[]) => Promise<void> = () => Promise.resolve()) {
  const batches: number[][] = []
  const queue = new Paced<number>(
    (items) => {
      batches.push([...items])
      return work(items)
    },
    { gatherMillis: 5, largestBatch: 3 },
  )
  return { queue, batches }
}

it('begins at once with what comes alone, and gathers what comes behind it', async () => {
  const { queue, batches } = paced()
  const first = queue.add(1)
  expect(batches).toEqual([[1]])
  await Promise.all([first, queue.add(2), queue.add(3)])
  expect(batches).toEqual([[1], [2, 3]])
})

it('keeps a batch within its bound, in order', async () => {
  const { queue, batches } = paced()
  await Promise.all([1, 2, 3, 4, 5].map((item) => queue.add(item)))
  expect(batches).toEqual([[1], [2, 3, 4], [5]])
  expect(queue.length).toBe(0)
})

it('fails a batch as a whole and goes on with the next', async () => {
  const { queue } = paced((items) =>
    items.includes(2) ? Promise.reject(new Error('no disk')) : Promise.resolve(),
  )
  const results = await Promise.allSettled([queue.add(1), queue.add(2), queue.add(3)])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  await queue.add(4)
})
