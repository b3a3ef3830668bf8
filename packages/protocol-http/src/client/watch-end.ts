import type { Duplex } from 'node:stream'

/**
 * Calls when the other side has ended. node reads no socket that is to speak another protocol until somebody takes it
 * over, and who does not read does not see that its client has left. What comes meanwhile stays in the socket.
 */
export function watchEnd(socket: Duplex, ended: () => void): () => void {
  const look = () => void socket.read(0)
  socket.on('readable', look).once('end', ended)
  return () => void socket.off('readable', look).off('end', ended)
}
