import type { Client } from 'ssh2'
import { inside, type Names } from './inside'

/** The library knows no certificates of hosts, and takes no algorithm that it does not know: they are added to its offer. */
export function offerHostCertificates(client: Client, algorithms: readonly string[]): void {
  const protocol = inside(client)
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

/**
 * Has the key in a certificate prove itself. The certificate is what the exchange hash has (RFC 4253 section 8), and the
 * key is what has signed it, by its own algorithm (PROTOCOL.certkeys): the library reads one field for both, the hash first.
 */
export function proveByCertificate(
  client: Client,
  { certificate, key, keyType }: { certificate: Buffer; key: Buffer; keyType: string },
): void {
  const exchange = inside(client)._kex
  exchange.negotiated.serverHostKey = keyType
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
