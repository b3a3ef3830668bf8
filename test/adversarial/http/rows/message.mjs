// Requests as bytes. `{c}` becomes the path of the connection, `{auth}` the client's token, `{id}` the row's own name.

const lines = (headers) => headers.map((header) => `${header}\r\n`).join('')

export function head(line, ...headers) {
  return `${line} HTTP/1.1\r\nhost: gate\r\n{auth}${lines(headers)}`
}

/** A request that ends its connection, so that its answer has an end. */
export function bare(method, path, ...headers) {
  return `${head(`${method} {c}${path}`, ...headers, 'connection: close')}\r\n`
}

export function get(path, ...headers) {
  return bare('GET', path, ...headers)
}

export function withBody(method, path, body, ...headers) {
  const length = `content-length: ${Buffer.byteLength(body, 'latin1')}`
  return `${bare(method, path, length, ...headers)}${body}`
}

export function post(path, body, ...headers) {
  return withBody('POST', path, body, ...headers)
}

/** What would be a request of its own if somebody took it for one. */
export const smuggled = `GET {c}/smuggled/{id} HTTP/1.1\r\nhost: gate\r\n{auth}\r\n`
