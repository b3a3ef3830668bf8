import type { StatementOperation } from '@wardgate/gateway'
import { claimedIn } from './claimed-in'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function statement(text: string): StatementOperation {
  const state = { database: 'shop', role: '', transaction: 'idle' } as const
  const rest = { dialect: 'postgresql', phase: 'simple', parameters: [], prepared: [] } as const
  return { kind: 'statement', text, state, ...rest }
}

describe('what an operation claims of its cause', () => {
  it("is read from a statement's trailing comment, URL-decoded", () => {
    const text = `DELETE FROM orders /*db_driver='psycopg%3A3',traceparent='${traceparent}'*/;`
    expect(claimedIn(statement(text))).toEqual({ db_driver: 'psycopg:3', traceparent })
  })

  it('is nothing for a comment elsewhere, or for one that is never closed', () => {
    expect(claimedIn(statement(`/*traceparent='${traceparent}'*/ SELECT 1`))).toEqual({})
    expect(claimedIn(statement(`SELECT 1 /*traceparent='${traceparent}'`))).toEqual({})
  })

  it("is read from a request's own headers and a command's own variables", () => {
    const headers = [
      { name: 'user-agent', value: 'python-httpx/0.28' },
      { name: 'accept', value: '*/*' },
    ]
    const request = {
      method: 'GET',
      scheme: 'https',
      authority: 'a',
      path: '/',
      query: '',
    } as const
    const body = { kind: 'none' } as const
    expect(claimedIn({ kind: 'request', ...request, headers, body, traceparent })).toEqual({
      'user-agent': 'python-httpx/0.28',
      traceparent,
    })
    const environment = [{ name: 'TRACEPARENT', value: traceparent }]
    const command = { kind: 'command', shape: 'exec', text: 'id', terminal: false } as const
    expect(claimedIn({ ...command, environment })).toEqual({ traceparent })
  })
})
