/** Bytes that a client may send before it is let in: identification, key exchange, a few attempts. */
export const maxBytesBeforeLogin = 256 * 1024
/** Signed or typed credentials that one socket may try. */
export const maxAttempts = 6
/** Requests of any kind before login, offers of public keys included. */
export const maxAuthRequests = 30
/** Channels that a client may have open at once. */
export const maxChannels = 32
/** Key exchanges after the first: a terabyte by what peers do of themselves, and each costs more than a packet. */
export const maxRekeys = 1_000
/** Sessions that were opened and closed without anything having been run in them. */
export const maxUnusedChannels = 256
/** Variables that one channel may set, and the length of each. */
export const maxVariables = 32
export const maxVariableBytes = 4096
/** Longest token and user name. */
export const maxTokenBytes = 16 * 1024
export const maxUserBytes = 256
/** Longest command, with the variables and the directory of a line; a packet has room for a little more. */
export const maxCommandBytes = 32 * 1024
/** Longest line of a restricted shell, and how many may wait for the one that runs. */
export const maxLineBytes = 8 * 1024
export const maxWaitingLines = 100
/**
 * What a client may have sent on a channel and nobody has read. The library grants 2 MiB, and grants them again while
 * less than that is unread.
 */
export const maxUnreadBytes = 4 * 1024 * 1024 + 64 * 1024
/** How long held-back output waits for more before it is judged as it stands. */
export const idleOutputMillis = 20
/** Keepalives, in both directions. */
export const keepaliveMillis = 15_000
export const maxMissedKeepalives = 3
