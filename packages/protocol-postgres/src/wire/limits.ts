/** PostgreSQL's MAX_STARTUP_PACKET_LENGTH. */
export const MAX_STARTUP_BYTES = 10_000
/** PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH; a token with many claims fits. */
export const MAX_PASSWORD_BYTES = 65_535
/** Any message that is read as a whole, unless the connection sets another limit. */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Messages of a target's handshake. */
export const MAX_HANDSHAKE_BYTES = 65_536
/** SSLRequest and GSSENCRequest, each once. */
export const MAX_NEGOTIATIONS = 2
/** Protocol 3.2: a cancel secret has up to 256 bytes. */
export const MAX_CANCEL_SECRET_BYTES = 256
