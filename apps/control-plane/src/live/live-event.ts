/** PostgreSQL channel on which every replica hears what screens show; the payload is a LiveEvent as JSON. */
export const liveChannel = 'wardgate_live'

export type LiveEvent =
  | { readonly type: 'approval-request'; readonly id: string; readonly state: string }
  | { readonly type: 'session'; readonly id: string; readonly state: string }
  | { readonly type: 'operation'; readonly sessionId: string; readonly count: number }
