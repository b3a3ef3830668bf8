import type { CommandOperation, FileOperation, ForwardOperation } from '@wardgate/gateway'
import { bodyPlan, type Facts } from '@wardgate/policy'
import { commandFacts, fileFacts, forwardFacts, shellSettings } from '@wardgate/shell'
import type { FactsSource } from './stateless-reader'

/** A command line, as the shell that the connection's settings name would run it. */
export const commandReading: FactsSource<CommandOperation> = (operation, { target }) =>
  reading(commandFacts(operation, shellSettings(target.settings)))

export const fileReading: FactsSource<FileOperation> = (operation) => reading(fileFacts(operation))

export const forwardReading: FactsSource<ForwardOperation> = (operation) =>
  reading(forwardFacts(operation))

function reading(facts: Facts): ReturnType<FactsSource<CommandOperation>> {
  return { facts, masking: (obligations) => ({ kind: 'plan', plan: bodyPlan(obligations) }) }
}
