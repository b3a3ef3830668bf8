import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { Api, type ApiAnswer, type Identity, type Instance } from './instance'

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
  readonly headers?: Readonly<Record<string, unknown>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
}

interface OperationObject {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: Content
  readonly responses: { readonly default: Content; readonly [status: string]: Content }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
}

export interface DescribedOperation extends OperationObject {
  readonly path: string
  readonly method: string
}

export interface Question {
  readonly as?: Identity | 'nobody'
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: string
  readonly body?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly version?: number
}

/** The API as its own description has it: every answer is compared with what the description promises. */
export class DescribedApi {
  readonly operations: readonly DescribedOperation[]
  /** Ids of the operations that have answered as described with something else than a problem. */
  readonly answered = new Set<string>()
  readonly #ajv: Ajv
  readonly #tokens = new Map<Identity, string>()

  private readonly instance: Instance

  private constructor(instance: Instance, document: Document) {
    this.instance = instance
    this.#ajv = new Ajv({ allErrors: true, strict: false })
    this.#ajv.addSchema(document, 'document')
    addFormats(this.#ajv)
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
    )
  }

  static async of(instance: Instance): Promise<DescribedApi> {
    const response = await fetch(`${instance.descriptor.controlPlane.url}/v1/openapi.json`)
    return new DescribedApi(instance, (await response.json()) as Document)
  }

  /** Asks, and throws when the answer is none of those that are described. */
  async ask(operationId: string, question: Question = {}): Promise<ApiAnswer> {
    const operation = this.operations.find((one) => one.operationId === operationId)
    if (operation === undefined) throw new Error(`${operationId} is not described`)
    const answer = await this.send(operation, question)
    const status = String(answer.status)
    const described = operation.responses[status]
    this.compare(`${operationId} ${status}`, answer, described ?? operation.responses.default)
    if (described === undefined) return answer
    this.answered.add(operationId)
    if (question.body !== undefined) this.requireBody(operation, question.body)
    return answer
  }

  private async send(operation: DescribedOperation, question: Question): Promise<ApiAnswer> {
    const { as = 'admin', params = {}, query = '', version } = question
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => String(params[name]))
    const headers: Record<string, string> = {
      ...(as === 'nobody' ? {} : { authorization: `Bearer ${await this.token(as)}` }),
      ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
    }
    const api = new Api(this.instance.descriptor.controlPlane.url, '')
    return api.send(operation.method.toUpperCase(), `${path}${query}`, {
      headers,
      ...(question.body === undefined ? {} : { json: question.body }),
      ...(question.form === undefined ? {} : { form: question.form }),
    })
  }

  private compare(what: string, answer: ApiAnswer, { content = {}, headers = {} }: Content): void {
    for (const name of Object.keys(headers))
      if (answer.headers.get(name) === null) throw new Error(`${what} lacks the header ${name}`)
    const label = answer.headers.get('content-type')?.split(';', 1)[0] ?? ''
    const [described] = Object.entries(content)
    if (described === undefined) {
      if (answer.text !== '') throw new Error(`${what} has a body: ${answer.text}`)
      return
    }
    const [mediaType, { schema }] = described
    if (label !== mediaType) throw new Error(`${what} is ${label} instead of ${mediaType}`)
    if (answer.body !== undefined) this.require(what, schema, answer.body)
  }

  private requireBody({ operationId, requestBody }: DescribedOperation, body: unknown): void {
    const schema = requestBody?.content?.['application/json']?.schema
    if (schema === undefined) throw new Error(`${operationId} takes no body by its description`)
    this.require(`${operationId}'s body`, schema, body)
  }

  private require(what: string, schema: object, value: unknown): void {
    const validate = this.compiled(schema)
    if (validate(value)) return
    throw new Error(`${what}: ${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`)
  }

  private compiled(schema: object): ValidateFunction {
    const reference = (schema as { $ref?: string }).$ref
    return reference === undefined
      ? this.#ajv.compile(schema)
      : this.#ajv.compile({ $ref: `document${reference}` })
  }

  private async token(identity: Identity): Promise<string> {
    const known = this.#tokens.get(identity) ?? (await this.instance.token(identity))
    this.#tokens.set(identity, known)
    return known
  }
}
