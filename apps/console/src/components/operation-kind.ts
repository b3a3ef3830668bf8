const titles: Readonly<Record<string, string>> = {
  statement: 'Statement',
  'function-call': 'Function call',
  replication: 'Replication',
  request: 'Request',
  message: 'Message',
  'tool-call': 'Tool call',
  command: 'Command',
  file: 'File operation',
  forward: 'Forward',
}

/** The heading over an operation's text. */
export function operationTitle(kind: string): string {
  return titles[kind] ?? 'Operation'
}
