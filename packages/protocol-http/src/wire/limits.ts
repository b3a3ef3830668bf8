/** Bounds of what is read before anybody is known. Beyond them the client is refused, never cut short. */
export const MAX_HEADER_BYTES = 32 * 1024
export const MAX_HEADER_FIELDS = 128
export const MAX_TARGET_CHARACTERS = 8 * 1024
/** HTTP/2: https://datatracker.ietf.org/doc/html/rfc9113#section-5.1.2 */
export const MAX_CONCURRENT_STREAMS = 100
/** One WebSocket message, in either direction; it is judged and masked whole. */
export const MAX_WEBSOCKET_MESSAGE_BYTES = 4 * 1024 * 1024
/** From the first byte of a request to the end of its header section. */
export const HEADER_MILLIS = 30_000
/** How much larger than its compressed form a body may be. */
export const MAX_INFLATION = 100
/** A response up to this may have any ratio: short texts of one line again and again do. */
export const MIN_INFLATED_BYTES = 1024 * 1024
/** What the targets of one pool may say in a minute over HTTP/2 beyond answers. */
export const MAX_CHATTER_BYTES = 4 * 1024 * 1024
