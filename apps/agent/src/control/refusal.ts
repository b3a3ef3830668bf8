import type { Refused } from '@wardgate/contract'
import type { GatewayErrorCode, GatewayErrorOptions } from '@wardgate/errors'
import {
  ApprovalError,
  AuditError,
  AuthError,
  ConfigError,
  ControlError,
  errorCodes,
  type GatewayError,
  InternalError,
  LimitError,
  PolicyError,
  ProtocolError,
  RequestError,
  SessionError,
  TargetError,
} from '@wardgate/errors'
import { contractViolation } from './violation'

type Make = (message: string, options: GatewayErrorOptions) => GatewayError

/** The refusal as the error that engines render. An unknown code stays a refusal. */
export function errorFromRefused(refused: Refused): GatewayError {
  const options: GatewayErrorOptions = {
    retryable: refused.retryable,
    ...(refused.nextStep === '' ? {} : { nextStep: refused.nextStep }),
  }
  if (!isKnown(refused.code)) return contractViolation(`the refusal code ${refused.code}`)
  return maker(refused.code)(refused.message, options)
}

function isKnown(code: string): code is GatewayErrorCode {
  return Object.hasOwn(errorCodes, code)
}

type Family = GatewayErrorCode extends `ERR_${infer Rest}`
  ? Rest extends `${infer Name}_${string}`
    ? Name
    : Rest
  : never

function maker(code: GatewayErrorCode): Make {
  return (message, options) => {
    const make = families[familyOf(code)]
    return make(code, message, options)
  }
}

function familyOf(code: GatewayErrorCode): Family {
  return code.split('_')[1] as Family
}

type FamilyMake = (
  code: GatewayErrorCode,
  message: string,
  options: GatewayErrorOptions,
) => GatewayError

const families: Record<Family, FamilyMake> = {
  AUTH: (code, ...rest) =>
    new AuthError(code as ConstructorParameters<typeof AuthError>[0], ...rest),
  POLICY: (code, ...rest) =>
    new PolicyError(code as ConstructorParameters<typeof PolicyError>[0], ...rest),
  APPROVAL: (code, ...rest) =>
    new ApprovalError(code as ConstructorParameters<typeof ApprovalError>[0], ...rest),
  TARGET: (code, ...rest) =>
    new TargetError(code as ConstructorParameters<typeof TargetError>[0], ...rest),
  PROTOCOL: (code, ...rest) =>
    new ProtocolError(code as ConstructorParameters<typeof ProtocolError>[0], ...rest),
  LIMIT: (code, ...rest) =>
    new LimitError(code as ConstructorParameters<typeof LimitError>[0], ...rest),
  AUDIT: (code, ...rest) =>
    new AuditError(code as ConstructorParameters<typeof AuditError>[0], ...rest),
  CONTROL: (code, ...rest) =>
    new ControlError(code as ConstructorParameters<typeof ControlError>[0], ...rest),
  SESSION: (code, ...rest) =>
    new SessionError(code as ConstructorParameters<typeof SessionError>[0], ...rest),
  CONFIG: (code, ...rest) =>
    new ConfigError(code as ConstructorParameters<typeof ConfigError>[0], ...rest),
  REQUEST: (code, ...rest) =>
    new RequestError(code as ConstructorParameters<typeof RequestError>[0], ...rest),
  INTERNAL: (_code, ...rest) => new InternalError(...rest),
}
