import { UntrustedText } from './untrusted-text'

export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }) {
  return <UntrustedText text={JSON.stringify(value, null, 2)} label={label} />
}
