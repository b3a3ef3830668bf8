/** SSH File Transfer Protocol version 3 (draft-ietf-secsh-filexfer-02), which is what OpenSSH speaks. */
export const version = 3

/** Message types of section 3. */
export const requests = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  extended: 200,
} as const

export const replies = {
  version: 2,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extendedReply: 201,
} as const

/** Status codes of section 7. */
export const statuses = {
  ok: 0,
  eof: 1,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const

/** Flags of SSH_FXP_OPEN, section 6.3. */
export const openFlags = {
  read: 0x01,
  write: 0x02,
  append: 0x04,
  create: 0x08,
  truncate: 0x10,
  exclusive: 0x20,
} as const

/** Flags of ATTRS, section 5. */
export const attributeFlags = {
  size: 0x01,
  owner: 0x02,
  permissions: 0x04,
  times: 0x08,
  extended: 0x8000_0000,
} as const

/** As large as OpenSSH's own limit. */
export const maxFrameBytes = 256 * 1024
export const maxPathBytes = 4096
export const maxHandleBytes = 256
export const maxOpenFiles = 256
/** Requests that the target has not answered. */
export const maxInFlight = 128
/** Content that is asked for and has not come. */
export const maxExpectedBytes = 2 * 1024 * 1024
