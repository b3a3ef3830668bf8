import type { Client, Connection, Session } from 'ssh2'

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
  readonly _kex: KeyExchange
  _offer: Offer
  /** Of a server, by the name of the algorithm that is negotiated. */
  readonly _hostKeys: Record<string, HostKey>
  readonly _authsQueue: string[]
  authPK: (user: string) => void
  channelSuccess(remote: number): void
  channelExtData(remote: number, data: Buffer, type: number): void
  exitStatus(remote: number, status: number): void
  channelClose(remote: number): void
  channelOpenFail: (this: unknown, remote: number, reason: number, description: string) => void
}

export interface KeyExchange {
  readonly sessionID: Buffer
  readonly negotiated: { serverHostKey: string }
}

/** What a server proves itself by. */
export interface HostKey {
  readonly type: string
  getPublicSSH(): Buffer
  sign(data: Buffer, hash?: string): Buffer | Error
}

/** The algorithms of one direction. */
export interface Names {
  readonly cipher: List
  readonly mac: List
  readonly compress: List
  readonly lang: List
}

interface List {
  readonly array: readonly string[]
}

/** What is offered in a key exchange. */
interface Offer {
  readonly lists: {
    readonly kex: List
    readonly serverHostKey: List
    readonly cs: Names
    readonly sc: Names
  }
  readonly constructor: new (names: object) => Offer
}

/** Another one after each key exchange. */
export interface PacketCipher {
  /** Room for a packet, with its lengths and its padding filled in and the payload to come. */
  allocPacket(payloadBytes: number): Buffer
  encrypt(packet: Buffer): void
}

/** A session channel that nothing runs in yet: its number at the client. */
export function remoteOf(session: Session): number {
  const inner = session as unknown as { readonly _chanInfo: { readonly outgoing: { id: number } } }
  return inner._chanInfo.outgoing.id
}

export function inside(connection: Connection | Client): Inside {
  return (connection as unknown as { readonly _protocol: Inside })._protocol
}
