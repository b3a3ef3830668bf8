/** Fields that may hold a secret. Nobody should log them; when somebody does, they are not printed. */
const fields = [
  'accessToken',
  'authorization',
  'cert',
  'cookie',
  'credential',
  'idToken',
  'joinToken',
  'key',
  'maskingKey',
  'masterKey',
  'parameters',
  'passphrase',
  'password',
  'privateKey',
  'refreshToken',
  'secret',
  'text',
  'token',
  'unverifiedCredential',
]

/** Each field at the top and up to three levels down, which is as deep as fields are nested here. */
export const redactedPaths: readonly string[] = fields.flatMap((field) => [
  field,
  `*.${field}`,
  `*.*.${field}`,
  `*.*.*.${field}`,
])
