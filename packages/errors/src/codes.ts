/** One row an error code: what it means and what its reader does next. `docs/reference/errors.md` is made from it. */
export interface ErrorCodeDescription {
  readonly meaning: string
  readonly nextStep: string
}

export const errorCodes = {
  ERR_AUTH_MISSING: {
    meaning: 'No credential was presented.',
    nextStep: 'Send a token: as the password for databases and SSH, as a bearer token for HTTP.',
  },
  ERR_AUTH_INVALID_TOKEN: {
    meaning:
      'The token is malformed, its signature does not verify, or its issuer is not registered.',
    nextStep: 'Fetch a new token from a registered issuer.',
  },
  ERR_AUTH_EXPIRED_TOKEN: {
    meaning: 'The token was valid once and has expired, or is not valid yet.',
    nextStep: 'Fetch a new token and connect again.',
  },
  ERR_AUTH_WRONG_AUDIENCE: {
    meaning: 'The token was issued for another service or another connection.',
    nextStep: 'Ask the issuer for a token with the audience that the connection names.',
  },
  ERR_AUTH_ISSUER_UNREACHABLE: {
    meaning: "The token's issuer cannot be reached, so the token cannot be verified.",
    nextStep: 'Try again; an operator checks the route from the control plane to the issuer.',
  },
  ERR_AUTH_FORBIDDEN: {
    meaning: 'The principal is known but holds no role that permits this.',
    nextStep: 'Ask an administrator for a role binding.',
  },
  ERR_AUTH_RATE_LIMITED: {
    meaning: 'Too many failed authentications from this source.',
    nextStep: 'Wait for the time given and check the credential.',
  },
  ERR_AUTH_TIMEOUT: {
    meaning: 'The client did not finish its handshake in time.',
    nextStep: 'Connect again; check the network between client and agent.',
  },
  ERR_POLICY_DENIED: {
    meaning: 'A rule denies this operation, or no rule allows it.',
    nextStep: 'Read the rule named in the message; ask its owner, or change the operation.',
  },
  ERR_POLICY_STALE: {
    meaning: 'The decision rests on a policy or catalog that has changed since.',
    nextStep: 'Send the operation again.',
  },
  ERR_POLICY_UNSUPPORTED_CAPABILITY: {
    meaning: 'The policy asks for something that the protocol or the agent cannot do.',
    nextStep:
      'Change the rule, or limit it to other connections; update an agent that is older than the control plane.',
  },
  ERR_POLICY_INVALID: {
    meaning: 'The policy document is not valid.',
    nextStep: 'Run `wardgate policies validate` and mend every line it names.',
  },
  ERR_APPROVAL_PENDING: {
    meaning: 'The operation needs approval, and nobody has decided while the call was held open.',
    nextStep: 'Send the identical operation again after it has been approved.',
  },
  ERR_APPROVAL_REJECTED: {
    meaning: 'An approver rejected the operation.',
    nextStep: 'Read the reason; change the operation before asking again.',
  },
  ERR_APPROVAL_EXPIRED: {
    meaning: 'Nobody decided before the approval request expired.',
    nextStep: 'Send the operation again when an approver is available.',
  },
  ERR_APPROVAL_CANCELLED: {
    meaning: 'The request was withdrawn: the client cancelled or went away.',
    nextStep: 'Send the operation again if it is still wanted.',
  },
  ERR_APPROVAL_STALE: {
    meaning:
      'The policy, the target or what the operation would do changed after approval was asked for.',
    nextStep: 'Send the operation again: approvers are asked anew, for what it does now.',
  },
  ERR_APPROVAL_LIMIT: {
    meaning: 'Too many approval requests of this principal are open.',
    nextStep: 'Wait until open requests are decided.',
  },
  ERR_TARGET_UNREACHABLE: {
    meaning: 'The agent cannot connect to the target.',
    nextStep: 'Check that the target runs and that the agent has a route to it.',
  },
  ERR_TARGET_REFUSED_CREDENTIAL: {
    meaning: 'The target refused the credential that is registered for the connection.',
    nextStep: 'An administrator sets a new credential on the connection.',
  },
  ERR_TARGET_TLS: {
    meaning:
      "The target's certificate does not verify, or it offers no TLS where the connection demands it.",
    nextStep: "Register the target's certificate authority or correct its host name.",
  },
  ERR_TARGET_LOST: {
    meaning: 'The target closed the connection.',
    nextStep: 'Connect again; look at the log of the target.',
  },
  ERR_TARGET_UNREADABLE: {
    meaning: 'What the target answered cannot be read, so it is not shown.',
    nextStep: 'Have the owner of the target look at what it answers.',
  },
  ERR_PROTOCOL_MALFORMED: {
    meaning: 'Bytes that are not legal in this protocol at this point.',
    nextStep: 'Use a maintained client; report the case if the client is one.',
  },
  ERR_PROTOCOL_OVERSIZE: {
    meaning: 'A message is larger than its limit.',
    nextStep: 'Split the operation, or have an administrator raise the limit it names.',
  },
  ERR_PROTOCOL_UNSUPPORTED: {
    meaning: 'A feature of the protocol that Wardgate refuses or does not speak.',
    nextStep: 'See the page of the protocol for what is supported.',
  },
  ERR_LIMIT_SESSIONS: {
    meaning: 'The agent has as many sessions as it may have.',
    nextStep: 'Close idle sessions, or have an administrator raise the limit.',
  },
  ERR_LIMIT_LOGINS: {
    meaning: 'Too many clients are connecting at once, in all or from one address.',
    nextStep: 'Connect again in a moment; close connections that have not logged in.',
  },
  ERR_LIMIT_IDLE: {
    meaning: 'The session was idle for longer than the connection permits.',
    nextStep: 'Connect again.',
  },
  ERR_LIMIT_OPERATIONS: {
    meaning: 'The session has more operations in flight than it may have.',
    nextStep: 'Read the results of earlier operations before sending more.',
  },
  ERR_LIMIT_ROWS: {
    meaning:
      'The result, or all results of the last hour together, have more rows than a rule permits.',
    nextStep: 'Narrow the query or add LIMIT; rows of the hour come back with time.',
  },
  ERR_LIMIT_COMMAND: {
    meaning: 'A command line is longer than one may be.',
    nextStep: 'Put what it does into a script at the target, or send its data on standard input.',
  },
  ERR_LIMIT_TIME: {
    meaning: 'What the target was asked to do took longer than the connection, or a rule, permits.',
    nextStep: 'Do it in smaller steps, or have an administrator raise the limit.',
  },
  ERR_LIMIT_SCAN: {
    meaning: 'The content is too large to be looked through for what has to be masked.',
    nextStep:
      'Read a smaller part of it, or have an administrator raise the limit of the connection.',
  },
  ERR_AUDIT_UNAVAILABLE: {
    meaning: 'The audit spool cannot take another entry, so nothing may run.',
    nextStep: "Restore the link to the control plane or free space in the agent's spool.",
  },
  ERR_AUDIT_CORRUPT: {
    meaning: 'The audit log or the spool does not verify.',
    nextStep: 'Keep the files, run `wardgate audit verify` and inform the security team.',
  },
  ERR_CONTROL_UNAVAILABLE: {
    meaning: 'The agent cannot reach the control plane, so it cannot get a decision.',
    nextStep: 'Try again; an operator checks the control plane and the link to it.',
  },
  ERR_CONTROL_FORGED: {
    meaning: 'A row that grants power was not written by the control plane.',
    nextStep:
      'Inform the security team. After a legitimate restore or upgrade, check the rows and run `reseal`.',
  },
  ERR_SESSION_KILLED: {
    meaning:
      'The session was ended: by an administrator, or because its user lost the right to it.',
    nextStep: 'Ask an administrator: the message says who ended it or why.',
  },
  ERR_SESSION_DRAINED: {
    meaning: 'The agent is shutting down.',
    nextStep: 'Connect again; another agent or the restarted one answers.',
  },
  ERR_SESSION_CLIENT_GONE: {
    meaning: 'The client closed its connection.',
    nextStep: 'Connect again if this was not intended; look at the log of the client.',
  },
  ERR_CONFIG_INVALID: {
    meaning: 'The configuration is not valid.',
    nextStep: 'Mend every key that the message names.',
  },
  ERR_REQUEST_INVALID: {
    meaning: 'The API request has fields that are not valid.',
    nextStep: 'Mend every field that `errors` names.',
  },
  ERR_REQUEST_NOT_FOUND: {
    meaning: 'There is no such resource, or it is not visible to this principal.',
    nextStep: 'List the resource and use an id from there.',
  },
  ERR_REQUEST_METHOD: {
    meaning: 'The path is known, and does not take this method.',
    nextStep: 'Use one of the methods in the header Allow.',
  },
  ERR_REQUEST_CONFLICT: {
    meaning: 'The resource exists already or is in a state that does not permit this.',
    nextStep: 'Read the resource again and decide on its present state.',
  },
  ERR_REQUEST_PRECONDITION: {
    meaning: 'The resource changed since it was read, or If-Match is missing.',
    nextStep: 'Read the resource again and send its ETag as If-Match.',
  },
  ERR_REQUEST_MEDIA_TYPE: {
    meaning: 'The body is labelled as something that the path does not read.',
    nextStep: 'Send JSON as application/json; the token endpoint takes a form.',
  },
  ERR_REQUEST_OVERSIZE: {
    meaning: 'The request body is larger than its limit.',
    nextStep: 'Send less at once.',
  },
  ERR_REQUEST_RATE_LIMITED: {
    meaning: 'Too many requests from this source.',
    nextStep: 'Wait for the seconds in Retry-After.',
  },
  ERR_INTERNAL: {
    meaning: 'Wardgate failed; the cause is in its log under the id given.',
    nextStep: 'Report the id to the operator.',
  },
} as const satisfies Record<`ERR_${string}`, ErrorCodeDescription>

export type GatewayErrorCode = keyof typeof errorCodes
