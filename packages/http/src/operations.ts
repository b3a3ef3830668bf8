/** What is submitted, in the words of packages/gateway's operations, without importing it. */
export interface Named {
  readonly name: string
  readonly value: string
}

export interface HttpRequest {
  readonly method: string
  /** Normalised, without the query. */
  readonly path: string
  readonly query: string
  /** Lower-case names. */
  readonly headers: readonly Named[]
  readonly body:
    | { readonly kind: 'none' }
    | { readonly kind: 'whole'; readonly mediaType: string; readonly bytes: Uint8Array }
    | { readonly kind: 'unread'; readonly mediaType: string; readonly length: number | undefined }
}

export interface ToolCall {
  readonly method: string
  /** Of the tool, resource or prompt; empty for methods that name none. */
  readonly name: string
  /** JSON text. */
  readonly arguments: string
  /** JSON text of all other parameters but `_meta`, such as a client's answers to its server. Absent = none. */
  readonly extra?: string
}

export interface StreamMessage {
  readonly channel: string
  readonly format: 'text' | 'binary'
  readonly data: Uint8Array
}
