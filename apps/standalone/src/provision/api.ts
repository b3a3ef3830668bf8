import { InternalError } from '@wardgate/errors'

/** A minimal client of the REST API: provisioning speaks to the product as any administrator does. */
export class Api {
  private readonly base: string
  private readonly token: string

  constructor(base: string, token: string) {
    this.base = base
    this.token = token
  }

  async list<T>(path: string): Promise<readonly T[]> {
    const page = await this.send<{ items: T[] }>('GET', path)
    return page.items
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path)
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('POST', path, body)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', path, body)
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    const text = await response.text()
    if (!response.ok)
      throw new InternalError(`${method} ${path}: ${response.status} ${text}`, { expose: true })
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
}
