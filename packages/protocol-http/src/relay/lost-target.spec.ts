import { Stage } from '../testing/stage'

let stage: Stage

afterEach(() => stage.stop())

it('says that the target was lost between the head and the body of its answer', async () => {
  stage = await Stage.start({
    target: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.flushHeaders()
      setImmediate(() => response.destroy())
    },
  })
  const answer = await stage.fetch('/x')
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ code: 'ERR_TARGET_LOST' })
})

it('breaks an answer off whose body has begun', async () => {
  stage = await Stage.start({
    target: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('begun', () => response.destroy())
    },
  })
  await expect(stage.fetch('/x').then((answer) => answer.text())).rejects.toThrow()
})
