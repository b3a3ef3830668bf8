import { freePort } from './free-port'

it('gives no port twice to those who ask at the same time, or one after the other', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  for (let asked = 0; asked < 50; asked += 1) ports.push(await freePort())
  expect(new Set(ports).size).toBe(100)
})
