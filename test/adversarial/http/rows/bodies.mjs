// Bodies, and what else carries a statement, that rules and the target could read differently.
import { get, post } from './message.mjs'

const json = 'content-type: application/json'
const form = 'content-type: application/x-www-form-urlencoded'

export const bodyRows = [
  {
    id: 'HTTP-019',
    technique: 'a body in UTF-16',
    send: post('/w/{id}', '{\0}\0', 'content-type: application/json; charset=utf-16'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'a body in UTF-7',
    send: post('/w/{id}', '+AHs-', 'content-type: application/json; charset=utf-7'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'a body that is not compressed as it says',
    send: post('/w/{id}', '{}', json, 'content-encoding: gzip'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'two codings',
    send: post('/w/{id}', '{}', json, 'content-encoding: gzip, gzip'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'a coding that nobody knows',
    send: post('/w/{id}', '{}', json, 'content-encoding: zip'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'parts',
    send: post('/w/{id}', '--x\r\n\r\n', 'content-type: multipart/form-data; boundary=x'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-019',
    technique: 'YAML',
    send: post('/w/{id}', 'a: b', 'content-type: application/yaml'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'a name twice',
    send: post('/w/{id}', '{"a":1,"a":2}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'a name twice, once escaped',
    send: post('/w/{id}', '{"a":1,"\\u0061":2}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'a number that readers read differently',
    send: post('/w/{id}', '{"a":1e400}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'a byte order mark',
    send: post('/w/{id}', '\xef\xbb\xbf{"a":1}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'no number',
    send: post('/w/{id}', '{"a":NaN}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-026',
    technique: 'a comment',
    send: post('/w/{id}', '{"a":1/*x*/}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-042',
    technique: 'a batch',
    send: post(
      '/w/{id}/$batch',
      '--x\r\nDELETE /r\r\n',
      'content-type: multipart/mixed; boundary=x',
    ),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-042',
    technique: 'a batch of JSON lines',
    send: post(
      '/w/{id}/_bulk',
      '{"delete":{}}\n{"delete":{}}\n',
      'content-type: application/x-ndjson',
    ),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-043',
    technique: 'SQL in JSON',
    send: post('/w/{id}', '{"sql":"DELETE FROM users"}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-043',
    technique: 'SQL in the query',
    send: get('/r/{id}?query=DROP%20TABLE%20users'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-043',
    technique: 'SQL behind a comment',
    send: post(
      '/w/{id}',
      '{"query":"/* x */ WITH d AS (DELETE FROM users RETURNING 1) SELECT 1"}',
      json,
    ),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-043',
    technique: 'a mutation of GraphQL',
    send: post('/r/{id}/graphql', '{"query":"mutation { wipe }"}', json),
    expect: 'REFUSED',
  },
  ...[
    ['a mutation in the query', get('/r/{id}/graphql?query=mutation%7Bwipe%7D')],
    ['a batch', post('/r/{id}/graphql', '[{"query":"{a}"},{"query":"mutation{wipe}"}]', json)],
    [
      'a query that the server keeps',
      post('/r/{id}/graphql', '{"extensions":{"persistedQuery":{"sha256Hash":"0a"}}}', json),
    ],
    ['a kept query in the query', get('/r/{id}/graphql?extensions=%7B%22persistedQuery%22%3A1%7D')],
    [
      'the second of two operations',
      post('/r/{id}/graphql', '{"query":"query a{x} mutation b{wipe}","operationName":"b"}', json),
    ],
    [
      'two operations and no name',
      post('/r/{id}/graphql', '{"query":"{x} mutation b{wipe}"}', json),
    ],
    ['a form', post('/r/{id}/graphql', 'query=mutation%7Bwipe%7D', form)],
    [
      'its own type',
      post('/r/{id}/graphql', 'mutation{wipe}', 'content-type: application/graphql'),
    ],
    ['the query twice', post('/r/{id}/graphql?query=mutation%7Bwipe%7D', '{"query":"{x}"}', json)],
  ].map(([technique, send]) => ({
    id: 'HTTP-044',
    technique: `GraphQL: ${technique}`,
    send,
    expect: 'REFUSED',
  })),
]
