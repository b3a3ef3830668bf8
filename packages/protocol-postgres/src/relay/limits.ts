/** Replies owed by the target before the client has to wait; below what the gateway lets be in flight. */
export const MAX_IN_FLIGHT = 256
/** Unread client bytes beyond which its socket is not read. */
export const INBOX_HIGH_BYTES = 256 * 1024
/** Client bytes behind a held operation. More is refused: unread, the client's going away would not be noticed. */
export const MAX_HELD_BYTES = 4 * 1024 * 1024
/** Statement texts that go along with a text that could run one of them by name. */
export const MAX_CANDIDATE_BYTES = 256 * 1024
/** For the target to answer what is in flight when the client has gone. */
export const FAREWELL_MILLIS = 5_000
/** For the target to end a statement after it was cancelled for its time-out. */
export const CANCEL_GRACE_MILLIS = 10_000
/** For one client message to be whole: a dripped one must not hold its memory for ever. */
export const MESSAGE_MILLIS = 120_000
