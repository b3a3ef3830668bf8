// The least that a proxy written for node does: what comes is written on. For comparison with what a gateway adds.
// Usage: node bare-proxy.mjs PORT TARGET_HOST TARGET_PORT
import { connect, createServer } from 'node:net'

const [port, host, targetPort] = process.argv.slice(2)

function relay(client) {
  const target = connect({ host, port: Number(targetPort), noDelay: true })
  for (const [from, to] of [
    [client, target],
    [target, client],
  ]) {
    from.on('data', (chunk) => to.write(chunk))
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
  }
}

createServer({ noDelay: true }, relay).listen(Number(port), '127.0.0.1', () =>
  console.log('listening'),
)
