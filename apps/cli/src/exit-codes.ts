/** What the exit code of every command says; docs/reference/cli.md is made from it. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done.' },
  no: {
    code: 1,
    meaning:
      'The answer is no: a policy is not valid, a test failed, a log does not verify, a statement was refused.',
  },
  usage: { code: 2, meaning: 'Wrong usage: an unknown command or option, or a missing argument.' },
  unauthenticated: {
    code: 3,
    meaning: 'No credential, or one that the control plane does not accept for this.',
  },
  rejected: {
    code: 4,
    meaning: 'The control plane rejected the request: not found, conflict, invalid.',
  },
  unavailable: { code: 5, meaning: 'The control plane or the agent cannot be reached, or failed.' },
  interrupted: { code: 130, meaning: 'Interrupted with Ctrl-C.' },
} as const

export type ExitReason = keyof typeof exitCodes
