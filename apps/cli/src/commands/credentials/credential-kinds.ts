/** What a kind of credential is made of. The secret is never an argument: it is read, or stands in a file. */
export interface CredentialKind {
  readonly kind: string
  /** API field by option, as commander names the option. */
  readonly options: readonly { readonly option: string; readonly field: string }[]
  readonly optional?: readonly { readonly option: string; readonly field: string }[]
  /** Fields whose content is a file's, by option. */
  readonly files?: readonly { readonly option: string; readonly field: string }[]
  /** API field that takes the secret that is read. */
  readonly secret?: string
  /** Whether the secret may be left out. */
  readonly secretOptional?: boolean
}

const user = { option: 'username', field: 'username' }

export const credentialKinds: readonly CredentialKind[] = [
  { kind: 'password', options: [user], secret: 'password' },
  {
    kind: 'certificate',
    options: [user],
    files: [
      { option: 'certFile', field: 'cert' },
      { option: 'keyFile', field: 'key' },
    ],
  },
  {
    kind: 'private-key',
    options: [user],
    files: [{ option: 'keyFile', field: 'key' }],
    secret: 'passphrase',
    secretOptional: true,
  },
  { kind: 'bearer', options: [], secret: 'token' },
  {
    kind: 'api-key',
    options: [
      { option: 'in', field: 'in' },
      { option: 'keyName', field: 'name' },
    ],
    secret: 'value',
  },
  {
    kind: 'oauth-client',
    options: [
      { option: 'tokenUrl', field: 'tokenUrl' },
      { option: 'clientId', field: 'clientId' },
    ],
    optional: [{ option: 'scope', field: 'scope' }],
    secret: 'clientSecret',
  },
  {
    kind: 'aws',
    options: [
      { option: 'accessKeyId', field: 'accessKeyId' },
      { option: 'region', field: 'region' },
      { option: 'service', field: 'service' },
    ],
    secret: 'secretAccessKey',
  },
  { kind: 'key-certificate', options: [user] },
  { kind: 'none', options: [user] },
]
