import { Metadata, type ServiceError } from '@grpc/grpc-js'

type Send<A> = (
  metadata: Metadata,
  options: { readonly deadline: number },
  answered: (error: ServiceError | null, answer: A) => void,
) => unknown

/** One question to the control plane and its answer. `refusal` is what becomes of an error, also when the time is up. */
export function ask<A>(
  limitMillis: number,
  send: Send<A>,
  refusal: (error: ServiceError) => Error = (error) => error,
): Promise<A> {
  const deadline = Date.now() + limitMillis
  return new Promise((resolve, reject) => {
    send(new Metadata(), { deadline }, (error, answer) => {
      if (error === null) resolve(answer)
      else reject(refusal(error))
    })
  })
}
