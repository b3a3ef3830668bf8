/** Who exists in the development identity provider. */
export interface Person {
  readonly subject: string
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly role: string
}

export const people: readonly Person[] = [
  {
    subject: 'alice',
    name: 'Alice Admin',
    email: 'alice@example.com',
    groups: ['wardgate-admins'],
    role: 'administrator',
  },
  {
    subject: 'bob',
    name: 'Bob Baker',
    email: 'bob@example.com',
    groups: ['dba'],
    role: 'approver',
  },
  {
    subject: 'dave',
    name: 'Dave Doyle',
    email: 'dave@example.com',
    groups: ['dba'],
    role: 'approver',
  },
  {
    subject: 'carol',
    name: 'Carol Chen',
    email: 'carol@example.com',
    groups: ['auditors'],
    role: 'auditor',
  },
]

export function personBySubject(subject: string): Person | undefined {
  return people.find((person) => person.subject === subject)
}

/** What a workload's token says beyond its client id. */
export interface Workload {
  readonly clientId: string
  readonly name: string
  readonly groups: readonly string[]
  readonly owner: string
  readonly claims: Readonly<Record<string, string>>
}

export const workloads: readonly Workload[] = [
  {
    clientId: 'autogen',
    name: 'AutoGen orders assistant',
    groups: ['autogen'],
    owner: 'alice',
    claims: { model_version: 'gpt-4o', environment: 'development' },
  },
]

export function workloadByClient(clientId: string): Workload | undefined {
  return workloads.find((workload) => workload.clientId === clientId)
}
