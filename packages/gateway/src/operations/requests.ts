export interface NamedValue {
  readonly name: string
  readonly value: string
}

/** An HTTP request as it will be sent to the target. */
export interface RequestOperation {
  readonly kind: 'request'
  /** As sent, upper case. */
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** `host` or `host:port` of the target. */
  readonly authority: string
  /** Normalised, as sent, without the query. */
  readonly path: string
  /** As sent, without `?`; empty = none. */
  readonly query: string
  /** Lower-case names, in order. Neither the client's token nor the target's credential is among them. */
  readonly headers: readonly NamedValue[]
  readonly body: RequestBody
  /**
   * The trace that the client claims (W3C Trace Context, section 3.2), well-formed. Passed on and shown; it differs
   * with each try, so neither verdicts nor approvals bind to it.
   */
  readonly traceparent?: string
}

export type RequestBody =
  | { readonly kind: 'none' }
  /** Read whole and, when it was compressed, decoded: rules see what the target will. */
  | { readonly kind: 'whole'; readonly mediaType: string; readonly bytes: Uint8Array }
  /** Larger than the connection's limit: nobody has judged its content. `length` undefined = not announced. */
  | { readonly kind: 'unread'; readonly mediaType: string; readonly length: number | undefined }

/** One message of the client's on a stream inside a session, such as a WebSocket. */
export interface MessageOperation {
  readonly kind: 'message'
  /** Where it goes: the path that the stream was opened on. */
  readonly channel: string
  readonly format: 'text' | 'binary'
  readonly data: Uint8Array
}

/** A call in a tool protocol. */
export interface ToolCallOperation {
  readonly kind: 'tool-call'
  /** Such as `tools/call` or `resources/read`. */
  readonly method: string
  /** Of the tool, resource or prompt; empty for methods that name none. */
  readonly name: string
  /** JSON text. */
  readonly arguments: string
  /** JSON text of all other parameters but `_meta`, such as a client's answers to its server. Absent = none. */
  readonly extra?: string
}
