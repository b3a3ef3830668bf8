import type { Client, Connection } from 'ssh2'
import { inside, type KeyExchange, type Names } from './inside'

/** The library knows no certificates of hosts, and takes no algorithm that it does not know: they are added to its offer. */
export function offerHostCertificates(
  peer: Client | Connection,
  algorithms: readonly string[],
): void {
  const protocol = inside(peer)
  const { lists } = protocol._offer
  const way = ({ cipher, mac, compress, lang }: Names) => ({
    cipher: cipher.array,
    mac: mac.array,
    compress: compress.array,
    lang: lang.array,
  })
  const Offer = protocol._offer.constructor
  protocol._offer = new Offer({
    kex: lists.kex.array,
    serverHostKey: [...algorithms, ...lists.serverHostKey.array],
    cs: way(lists.cs),
    sc: way(lists.sc),
  })
}

const rsaSigner = /^(rsa-sha2-(?:256|512))-cert-v01@openssh\.com$/
const rsaCertificate = 'ssh-rsa-cert-v01@openssh.com'
const rsaSigners = new WeakMap<KeyExchange, string>()

/**
 * An RSA certificate is of one type, whatever its key signs by (RFC 8332, PROTOCOL.certkeys). The library wants the
 * type to be called what was negotiated, but for bare RSA keys: it is told so, and what was negotiated is kept.
 */
export function nameRsaCertificates(client: Client): void {
  const protocol = inside(client)
  let exchange: KeyExchange | undefined = protocol._kex
  Object.defineProperty(protocol, '_kex', {
    configurable: true,
    get: () => exchange,
    set: (next: KeyExchange | undefined) => {
      exchange = next
      const signer = rsaSigner.exec(next?.negotiated.serverHostKey ?? '')?.[1]
      if (next === undefined || signer === undefined) return
      rsaSigners.set(next, signer)
      next.negotiated.serverHostKey = rsaCertificate
    },
  })
}

/**
 * Has the key in a certificate prove itself. The certificate is what the exchange hash has (RFC 4253 section 8), and the
 * key is what has signed it, by its own algorithm (PROTOCOL.certkeys): the library reads one field for both, the hash first.
 */
export function proveByCertificate(
  client: Client,
  { certificate, key, keyType }: { certificate: Buffer; key: Buffer; keyType: string },
): void {
  const exchange = inside(client)._kex
  exchange.negotiated.serverHostKey = rsaSigners.get(exchange) ?? keyType
  let isHashed = false
  Object.defineProperty(exchange, '_hostKey', {
    configurable: true,
    get: () => {
      if (isHashed) return key
      isHashed = true
      return certificate
    },
    set: () => undefined,
  })
}
