export {
  certificateTypeOf,
  encodeCertificate,
  forever,
  isCertifiedBy,
  readCertificate,
  signedByOf,
  type CertificateContent,
  type NamedOption,
  type UnverifiedCertificate,
} from './certificate'
export { openSshPrivateKey, publicBlobOf } from './private-key'
export { hasSigned, readPublicKey, readPublicKeyLine, type PublicKey } from './public-key'
export { readSignature, type Signature } from './signature'
export { putString, putU64, readString, readU64 } from './strings'
