import type { MessageOperation, RequestOperation, ToolCallOperation } from '@wardgate/gateway'
import {
  httpFactsSettings,
  messageFacts,
  requestFacts,
  toolCallFacts,
  type HttpFactsSettings,
} from '@wardgate/http'
import { bodyPlan, type Facts, type Renamed } from '@wardgate/policy'
import type { FactsSource } from './stateless-reader'

/** A request as the target will read it, with the routes that the connection's settings name. */
export const requestReading: FactsSource<RequestOperation> = (operation, { target }) =>
  reading(requestFacts(operation, settingsOf(target.settings)))

export const messageReading: FactsSource<MessageOperation> = (operation) =>
  reading(messageFacts(operation))

export const toolCallReading: FactsSource<ToolCallOperation> = (operation, { target }) =>
  reading(toolCallFacts(operation, settingsOf(target.settings)))

function reading(facts: Facts): ReturnType<FactsSource<RequestOperation>> {
  return {
    facts,
    masking: (obligations) => ({ kind: 'plan', plan: bodyPlan(obligations, renamedIn(facts)) }),
  }
}

/** An alias shows a field under a name that no rule speaks of. */
function renamedIn({ detail }: Facts): readonly Renamed[] {
  const aliases = detail['graphql.aliases']
  if (typeof aliases !== 'object') return []
  return aliases.map((text) => {
    const colon = text.indexOf(':')
    return { as: text.slice(0, colon), field: text.slice(colon + 1) }
  })
}

/** A session keeps the settings of its target as one object. */
const known = new WeakMap<object, HttpFactsSettings>()

function settingsOf(rawSettings: Readonly<Record<string, unknown>>): HttpFactsSettings {
  const read = known.get(rawSettings) ?? httpFactsSettings(rawSettings)
  known.set(rawSettings, read)
  return read
}
