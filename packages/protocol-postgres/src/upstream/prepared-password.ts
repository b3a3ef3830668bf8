import { saslprep } from '@mongodb-js/saslprep'

/**
 * A password as PostgreSQL prepares it before it is hashed (RFC 4013, RFC 5802 section 2.2). What SASLprep does not permit, such as
 * characters that are newer than Unicode 3.2, is used as it is: so does PostgreSQL, on both sides.
 */
export function preparedPassword(password: string): string {
  try {
    const prepared = saslprep(password)
    return prepared === '' ? password : prepared
  } catch {
    return password
  }
}
