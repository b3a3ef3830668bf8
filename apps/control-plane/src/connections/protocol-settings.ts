import { Injectable } from '@nestjs/common'
import type { Protocol } from '@wardgate/gateway'
import { z } from 'zod'
import { InvalidRequest } from '../common/http/invalid-request'

/** The protocols that agents speak. */
export abstract class ProtocolDirectory {
  abstract readonly all: readonly Protocol[]
}

/** What a connection of a protocol can be set to, as the protocol itself says. */
@Injectable()
export class ProtocolSettings {
  constructor(private readonly directory: ProtocolDirectory) {}

  list() {
    const items = this.directory.all.map(({ name, defaultPort, capabilities, settings }) => ({
      name,
      defaultPort,
      capabilities,
      settings: settings.jsonSchema,
    }))
    return { items }
  }

  /** Throws InvalidRequest with every setting that is wrong. */
  check(protocolName: string, rawSettings: unknown): void {
    const protocol = this.directory.all.find(({ name }) => name === protocolName)
    if (protocol === undefined) {
      const known = this.directory.all.map(({ name }) => name).join(', ')
      throw new InvalidRequest([{ path: 'protocol', message: `must be one of: ${known}` }])
    }
    try {
      protocol.settings.parse(rawSettings)
    } catch (error) {
      throw new InvalidRequest(problemsOf(error))
    }
  }
}

function problemsOf(error: unknown) {
  if (!(error instanceof z.ZodError)) return [{ path: 'settings', message: 'is not valid' }]
  return error.issues.map(({ path, message }) => ({
    path: ['settings', ...path.map(String)].join('.'),
    message,
  }))
}
