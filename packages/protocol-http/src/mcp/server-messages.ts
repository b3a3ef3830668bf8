import { PolicyError, type GatewayError } from '@wardgate/errors'
import type { Gate, Permit } from '@wardgate/gateway'
import { z } from 'zod'
import type { ShownMessages } from '../relay/decide-request'
import { doneInTurns } from '../relay/turns'
import type { HttpSettings } from '../settings'
import { denialMessage } from './denial'
import { isMessage, isRequest, parseMessage, type RpcMessage, type RpcRequest } from './json-rpc'
import { shownFields } from './event-fields'
import { ShownValue } from './shown-value'
import { shownTools } from './tool-list'

const questions = z.record(z.string(), z.looseObject({ method: z.string() }))

const elicitation = 'elicitation/create'
/** https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error */
const elicitationRequired = -32_042

type RpcAnswer = Exclude<RpcMessage, RpcRequest>

export interface ServerContext {
  readonly gate: Gate
  readonly permit: Permit
  readonly settings: HttpSettings['mcp']
  /** The method that the client called. */
  readonly asked: string
}

/** The messages of one answer of a server as the client may see them; values are masked afterwards. */
export class ServerMessages implements ShownMessages {
  readonly #context: ServerContext
  maskedCells = 0

  constructor(context: ServerContext) {
    this.#context = context
  }

  async show(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const message = parseMessage(bytes)
    return isRequest(message) ? this.#request(message) : this.#answer(message)
  }

  async showError(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const text = Buffer.from(bytes).toString()
    const value = jsonIn(text)
    if (isMessage(value)) return this.show(bytes)
    const shown = await this.#see(value === undefined ? text : value)
    if (shown === undefined) return undefined
    const isText = value === undefined && typeof shown === 'string'
    return Buffer.from(isText ? shown : JSON.stringify(shown))
  }

  showFields(lines: readonly string[]): readonly string[] {
    return shownFields(lines, this.#context.gate)
  }

  async #request(message: RpcRequest): Promise<Uint8Array | undefined> {
    const isNotice = !('id' in message) && message.method.startsWith('notifications/')
    if (!isNotice && !mayAsk(message.method, this.#context)) return undefined
    if (message.params === undefined) return written(message)
    const params = await this.#see(message.params)
    return params === undefined ? undefined : written({ ...message, params })
  }

  async #answer(message: RpcAnswer): Promise<Uint8Array> {
    if ('error' in message) {
      if (message.error.code === elicitationRequired && !mayAsk(elicitation, this.#context))
        return this.#refusal(message, questionAsked(elicitation))
      const error = await this.#see(message.error)
      return error === undefined
        ? this.#refusal(message, hiddenFound())
        : written({ ...message, error })
    }
    const refused = questionsIn(message.result).find((method) => !mayAsk(method, this.#context))
    if (refused !== undefined) return this.#refusal(message, questionAsked(refused))
    const result = await this.#result(message.result)
    return result === undefined
      ? this.#refusal(message, hiddenFound())
      : written({ ...message, result })
  }

  /** By what it is, not by what was asked: a stream that is resumed shows answers to other requests. */
  async #result(result: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (!('tools' in result)) return this.#see(result)
    const { gate, settings } = this.#context
    const { tools, ...others } = result
    const shown = await shownTools(tools, { gate, settings, see: this.#see })
    const rest = await this.#see(others)
    return rest === undefined ? undefined : { ...(rest as object), tools: shown }
  }

  /** Undefined = it has hidden text in it, and the connection refuses that. */
  readonly #see = async (value: unknown): Promise<unknown> => {
    const { permit, settings } = this.#context
    const shown = new ShownValue(permit, settings)
    const seen = await doneInTurns(shown.of(value))
    this.maskedCells += shown.maskedCells
    return settings.hiddenText === 'refuse' && shown.hasHidden ? undefined : seen
  }

  #refusal({ id }: RpcAnswer, error: GatewayError): Uint8Array {
    const method = this.#context.asked
    return written(denialMessage({ id, method, error, approval: undefined }))
  }
}

/** A server that asks the client for a model's answer or a person's input turns the tables: sampling, elicitation. */
function mayAsk(method: string, { settings }: ServerContext): boolean {
  const allowed: readonly string[] = settings.serverRequests
  return allowed.includes(method)
}

/** Since 2026-07-28 a server asks within its result. What cannot be read is a question that nobody has allowed. */
function questionsIn({ inputRequests }: Readonly<Record<string, unknown>>): readonly string[] {
  if (inputRequests === undefined) return []
  const read = questions.safeParse(inputRequests)
  return read.success ? Object.values(read.data).map(({ method }) => method) : ['']
}

function questionAsked(method: string): PolicyError {
  const message = `the server asks its client for ${method === '' ? 'something' : method}`
  const nextStep = 'An administrator can let it: serverRequests under mcp of the connection.'
  return new PolicyError('ERR_POLICY_DENIED', message, { nextStep })
}

function hiddenFound(): PolicyError {
  const message = 'the answer of the server has text in it that nobody sees and a model reads'
  const nextStep = 'An administrator can have it removed: hiddenText under mcp of the connection.'
  return new PolicyError('ERR_POLICY_DENIED', message, { nextStep })
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function written(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message))
}
