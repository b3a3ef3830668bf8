import type { Descriptor } from './descriptor'
import type { Settings } from './settings'

const plainWord = /^[\w@%+=:,./-]+$/

/** One word for a shell (POSIX 2.2.2), so that what is printed can be pasted. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The one screen that tells where everything is and what to type next. */
export function screen(settings: Settings, descriptor: Descriptor): string {
  const postgres = descriptor.agents[0]?.listeners['postgres']
  const isolated =
    process.env['WARDGATE_HOME'] === undefined ? '' : `WARDGATE_HOME=${shellWord(settings.home)} `
  const run = `${isolated}npm run -s wardgate --`
  const http = descriptor.agents[0]?.listeners['http']
  const shopApi = `http://${http?.host ?? ''}:${http?.port ?? ''}/shop-api`
  const address = `${postgres?.host ?? ''} ${postgres?.port ?? ''}`
  return `
  Wardgate is ready.

  Console    ${descriptor.console.url}  (log in as Alice, administrator; Bob, approver; Carol, auditor)
  Agent      PostgreSQL on ${address.replace(' ', ':')}  (user = connection name "shop", password = a token)
             HTTP on ${shopApi}  (first part of the path = connection name, bearer = a token)
${sshLine(descriptor, run)}  State      ${settings.home}

  Try, in another terminal, as the AI agent:

    1. Read: e-mails, ids and cards come back masked
       ${run} sql shop "SELECT name, email, national_id, card_number FROM customers LIMIT 3"
    2. Drop a table: refused, with the rule and the reason
       ${run} sql shop "DROP TABLE orders"
    3. Delete: waits until Bob approves in the console
       ${run} sql shop "DELETE FROM payments WHERE order_id = 2"
       ${run} --identity approver approvals list
    4. See what happened, and check the evidence
       ${run} --identity admin sessions list
       ${run} --identity auditor audit export --out evidence.json && ${run} audit verify evidence.json
    5. With psql, or any PostgreSQL client
       PGPASSWORD="$(${run} --identity ai-agent token)" psql -h ${postgres?.host ?? ''} -p ${postgres?.port ?? ''} -U shop -d shop
    6. The shop's HTTP service, with curl or any HTTP client
       curl -H "Authorization: Bearer $(${run} --identity ai-agent token)" "${shopApi}/customers?limit=3"
    7. All of it with a real AutoGen agent
       ${isolated}npm run demo

  Ctrl-C stops everything.
`
}

/** The sample has no target for it: it listens for connections that are still to be made. */
function sshLine(descriptor: Descriptor, run: string): string {
  const ssh = descriptor.agents[0]?.listeners['ssh']
  if (ssh === undefined) return ''
  const how = `user = name of a connection that you add, then ${run} ssh login`
  return `             SSH on ${ssh.host}:${ssh.port}  (${how})\n`
}
