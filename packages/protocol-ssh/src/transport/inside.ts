import type { Client, Connection } from 'ssh2'

/** What the library keeps to itself and has no public way to: its packet writer. Pinned to one version for it. */
export interface Inside {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number
      readonly allocStartKEX: number
      alloc(size: number, duringKeyExchange?: boolean): Buffer
      finalize(packet: Buffer, duringKeyExchange?: boolean): Buffer
    }
  }
  readonly _cipher: PacketCipher
  readonly _kexinit: unknown
  readonly _kex: { readonly sessionID: Buffer }
  readonly _authsQueue: string[]
  authPK: (user: string) => void
  channelOpenFail: (this: unknown, remote: number, reason: number, description: string) => void
}

/** Another one after each key exchange. */
export interface PacketCipher {
  /** Room for a packet, with its lengths and its padding filled in and the payload to come. */
  allocPacket(payloadBytes: number): Buffer
  encrypt(packet: Buffer): void
}

export function inside(connection: Connection | Client): Inside {
  return (connection as unknown as { readonly _protocol: Inside })._protocol
}
