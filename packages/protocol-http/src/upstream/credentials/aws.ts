import { ProtocolError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { AwsV4Signer } from 'aws4fetch'
import type { Field } from '../../wire/fields'
import { dashedName } from '../../wire/header-names'
import { requestTarget, type Outgoing } from '../outgoing'

type AwsCredential = Extract<TargetCredential, { kind: 'aws' }>

/** What a request carries that the signature does not need: kept as it was decided. */
const signed = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']

/** Others may be changed on the way: gateways of AWS's own add to X-Forwarded-For before they check. */
function isSigned({ name }: Field): boolean {
  return dashedName(name).startsWith('x-amz-')
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export async function signAws(outgoing: Outgoing, credential: AwsCredential): Promise<Outgoing> {
  const { body, scheme, authority, method } = outgoing
  if (body !== undefined && !(body instanceof Uint8Array))
    throw new ProtocolError(
      'ERR_PROTOCOL_OVERSIZE',
      'a body that is signed for the target has to be read whole',
      { nextStep: 'Send less at once, or have maxBodyBytes of the connection raised.' },
    )
  const headers = outgoing.headers.filter(({ name }) => !signed.includes(dashedName(name)))
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = credential
  const signer = new AwsV4Signer({
    method,
    url: `${scheme}://${authority}${requestTarget(outgoing)}`,
    headers: headers.filter(isSigned).map(({ name, value }): [string, string] => [name, value]),
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === '' ? {} : { sessionToken }),
    region,
    service,
  })
  const result = await signer.sign()
  const added = signed.flatMap((name) => {
    const value = result.headers.get(name)
    return value === null ? [] : [{ name, value }]
  })
  const signature = /Signature=(\w+)/.exec(result.headers.get('authorization') ?? '')?.[1] ?? ''
  const secrets = [secretAccessKey, sessionToken, signature]
  return { ...outgoing, headers: [...headers, ...added], secrets }
}
