export interface CredentialField {
  readonly name: string
  readonly label: string
  readonly form: 'text' | 'secret' | 'pem' | readonly string[]
  readonly optional?: boolean
}

const user: CredentialField = { name: 'username', label: 'User name at the target', form: 'text' }

/** The fields of each kind of credential, as the API takes them. */
export const credentialFields: Readonly<Record<string, readonly CredentialField[]>> = {
  password: [user, { name: 'password', label: 'Password', form: 'secret' }],
  certificate: [
    user,
    { name: 'cert', label: 'Certificate (PEM)', form: 'pem' },
    { name: 'key', label: 'Private key (PEM)', form: 'pem' },
  ],
  'private-key': [
    user,
    { name: 'key', label: 'Private key (PEM or OpenSSH)', form: 'pem' },
    { name: 'passphrase', label: 'Passphrase, if it has one', form: 'secret', optional: true },
  ],
  bearer: [{ name: 'token', label: 'Token', form: 'secret' }],
  'api-key': [
    { name: 'in', label: 'Where', form: ['header', 'query'] },
    { name: 'name', label: 'Name of the header or parameter', form: 'text' },
    { name: 'value', label: 'Key', form: 'secret' },
  ],
  'oauth-client': [
    { name: 'tokenUrl', label: 'Token endpoint', form: 'text' },
    { name: 'clientId', label: 'Client id', form: 'text' },
    { name: 'clientSecret', label: 'Client secret', form: 'secret' },
    { name: 'scope', label: 'Scope', form: 'text', optional: true },
  ],
  aws: [
    { name: 'accessKeyId', label: 'Access key id', form: 'text' },
    { name: 'secretAccessKey', label: 'Secret access key', form: 'secret' },
    { name: 'sessionToken', label: 'Session token', form: 'secret', optional: true },
    { name: 'region', label: 'Region', form: 'text' },
    { name: 'service', label: 'Service', form: 'text' },
  ],
  'key-certificate': [user],
  none: [user],
}
