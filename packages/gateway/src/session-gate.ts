import { AuditError, ControlError, toGatewayError } from '@wardgate/errors'
import { compileTextMasker } from '@wardgate/masking'
import { createHmac } from 'node:crypto'
import type { GatewayLimits } from './limits'
import type { Operation } from './operation'
import { OperationPermit } from './permit'
import type { Denial, Gate, HoldListener, OfferedTool, Permit, Recorded } from './protocol'
import type { CancelRegistry } from './serve/cancel-registry'
import { deadline, until } from './serve/until'
import type { SessionContext } from './session-context'
import { Attempt } from './submit/attempt'
import { run } from './submit/steps'

/** The gate of one session. */
export class SessionGate implements Gate {
  readonly #context: SessionContext
  readonly #cancels: CancelRegistry
  readonly #cancelKeys: Uint8Array[] = []
  #maskText: ((text: string) => string) | undefined

  constructor(context: SessionContext, cancels: CancelRegistry) {
    this.#context = context
    this.#cancels = cancels
  }

  submit(operation: Operation, hold?: HoldListener): Permit | Denial | Promise<Permit | Denial> {
    try {
      return run(new Attempt(this.#context, operation, hold))
    } catch (caught) {
      return Promise.reject(toGatewayError(caught))
    }
  }

  async screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]> {
    const { signal, timers, limits, session } = this.#context
    signal.throwIfAborted()
    const tooLate = () =>
      new ControlError('ERR_CONTROL_UNAVAILABLE', 'the control plane did not answer in time')
    const limit = deadline(signal, timers, limits.decideMillis, tooLate)
    try {
      return await until(session.screenTools(tools), limit.signal)
    } finally {
      limit.stop()
    }
  }

  record(what: Recorded, chunk: Uint8Array, permit?: Permit): void {
    const { recorder, session, unsettled } = this.#context
    if (recorder === undefined) return
    const named = permit instanceof OperationPermit ? permit : undefined
    const owner = named ?? (unsettled.size === 0 ? undefined : unsettled.values().next().value)
    const mode = owner?.allowance.recording ?? session.grant.recording
    const isSent = what === 'in' || what.startsWith('in-')
    if (mode !== 'full' && !(mode === 'statements' && isSent)) return
    // Answers that run side by side would be taken for each other's; a refusal and a message are by themselves.
    if (what.startsWith('out-')) recorder.mark(named?.operationId ?? '')
    recorder.record(what, chunk)
  }

  get isOutlived(): boolean {
    return this.#context.session.isOutlived
  }

  get isBehind(): boolean {
    return this.#context.recorder?.isBehind === true
  }

  async caughtUp(): Promise<void> {
    const { recorder, signal, timers, limits } = this.#context
    if (recorder?.isBehind !== true) return
    const limit = deadline(signal, timers, limits.recordMillis, () => tooFarBehind(limits))
    try {
      await until(recorder.room(), limit.signal)
    } finally {
      limit.stop()
    }
  }

  tag(text: string): string {
    const { maskingKey, principalId } = this.#context.session.grant
    // Masks hash with this key and SHA-256: no value that is masked becomes a tag.
    const named = JSON.stringify([principalId, text])
    return createHmac('sha512', maskingKey).update(named).digest('base64url')
  }

  maskText(text: string): string {
    const { textDetectors, maskingKey } = this.#context.session.grant
    if (textDetectors.length === 0) return text
    this.#maskText ??= compileTextMasker({ detectors: textDetectors, key: maskingKey })
    return this.#maskText(text)
  }

  onCancel(key: Uint8Array, listener: () => void): void {
    this.#cancels.add(key, listener)
    this.#cancelKeys.push(key)
  }

  withdraw(): boolean {
    const waiting = [...this.#context.waiting]
    for (const wait of waiting) wait.withdraw()
    return waiting.length > 0
  }

  /** Writes the outcomes that are still owed. What the target made of these operations is not known. */
  end(): void {
    for (const key of this.#cancelKeys) this.#cancels.remove(key)
    for (const permit of [...this.#context.unsettled])
      permit.settle({ status: 'unknown', rows: 0, bytes: 0, maskedCells: 0 })
    try {
      this.#context.recorder?.end()
    } catch (error) {
      this.#context.log.error({ err: error }, 'recording not finished')
    }
  }
}

function tooFarBehind({ recordMillis }: GatewayLimits): AuditError {
  return new AuditError(
    'ERR_AUDIT_UNAVAILABLE',
    `what passes is recorded faster than the control plane stores it, and nothing was stored for ${recordMillis / 1000} s`,
    {
      nextStep:
        'Try again when the control plane stores what it is owed; an operator sees why in the agent’s metrics.',
    },
  )
}
