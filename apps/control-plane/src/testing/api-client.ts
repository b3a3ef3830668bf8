export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // Tests read answers of many shapes; what they expect is what they check.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
}

/** Calls the API as whoever holds the token. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token?: string,
  ) {}

  as(token: string): ApiClient {
    return new ApiClient(this.url, token)
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.call('GET', path, undefined, headers)
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.call('POST', path, body, headers)
  }

  put(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.call('PUT', path, body, {})
  }

  patch(path: string, body: unknown, version?: number): Promise<ApiAnswer> {
    return this.call('PATCH', path, body, ifMatch(version))
  }

  delete(path: string, version?: number): Promise<ApiAnswer> {
    return this.call('DELETE', path, undefined, ifMatch(version))
  }

  private async call(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<ApiAnswer> {
    const isForm = body instanceof URLSearchParams
    const payload = body === undefined ? undefined : isForm ? body : JSON.stringify(body)
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(body === undefined || isForm ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.match(/json\b/) != null
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }
}

function ifMatch(version: number | undefined): Record<string, string> {
  return version === undefined ? {} : { 'If-Match': `"${version}"` }
}
