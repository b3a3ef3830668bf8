// Tools of the full server: each is given its arguments and what it may do while it runs.
import { setTimeout as delay } from 'node:timers/promises'
import { png, text, wav } from './contents.mjs'

const result = (...content) => ({ content })
const object = (properties = {}) => ({ type: 'object', properties })
const embedded = (mimeType, words) => ({
  type: 'resource',
  resource: { uri: 'test://embedded', mimeType, text: words },
})
const image = { type: 'image', data: png, mimeType: 'image/png' }
const titled = (values, title) => values.map((value, at) => ({ const: value, title: title(at) }))
const pauseMillis = 20

const defaults = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}
const options = ['option1', 'option2', 'option3']
const values = ['value1', 'value2', 'value3']
const enums = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titled(values, (at) => `Option ${at}`) },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
  titledMulti: { type: 'array', items: { anyOf: titled(values, (at) => `Choice ${at}`) } },
}

const elicits =
  (properties) =>
  async (_given, { ask }) => {
    const requestedSchema = object(properties)
    const answer = await ask('elicitation/create', { message: 'Please say.', requestedSchema })
    return result(text(`${answer.action}: ${JSON.stringify(answer.content)}`))
  }

const schema202012 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: object({ street: { type: 'string' }, city: { type: 'string' } }) },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
}

const tools = {
  test_simple_text: { run: () => result(text('Simple text.')) },
  test_image_content: { run: () => result(image) },
  test_audio_content: { run: () => result({ type: 'audio', data: wav, mimeType: 'audio/wav' }) },
  test_embedded_resource: { run: () => result(embedded('text/plain', 'Embedded.')) },
  test_multiple_content_types: {
    run: () => result(text('Several.'), image, embedded('application/json', '{"value":123}')),
  },
  test_error_handling: { run: () => ({ ...result(text('It fails on purpose.')), isError: true }) },
  test_tool_with_logging: {
    async run(_given, { tell }) {
      for (const data of ['started', 'working', 'completed']) {
        tell('notifications/message', { level: 'info', data })
        await delay(pauseMillis)
      }
      return result(text('Logged.'))
    },
  },
  test_tool_with_progress: {
    async run(_given, { tell, progressToken }) {
      for (const progress of [0, 50, 100]) {
        tell('notifications/progress', { progressToken, progress, total: 100 })
        await delay(pauseMillis)
      }
      return result(text('Done.'))
    },
  },
  test_sampling: {
    schema: object({ prompt: { type: 'string' } }),
    async run({ prompt }, { ask }) {
      const messages = [{ role: 'user', content: text(prompt) }]
      const { content } = await ask('sampling/createMessage', { messages, maxTokens: 100 })
      return result(text(`The model says: ${content.text}`))
    },
  },
  test_elicitation: {
    schema: object({ message: { type: 'string' } }),
    run: elicits({ username: { type: 'string' }, email: { type: 'string' } }),
  },
  test_elicitation_sep1034_defaults: { run: elicits(defaults) },
  test_elicitation_sep1330_enums: { run: elicits(enums) },
  json_schema_2020_12_tool: { schema: schema202012, run: () => result(text('Valid.')) },
  test_reconnection: {
    async run(_given, { disconnect }) {
      disconnect()
      await delay(pauseMillis)
      return result(text('Resumed.'))
    },
  },
}

export function listTools() {
  return Object.entries(tools).map(([name, { schema }]) => ({
    name,
    description: `The tool ${name}.`,
    inputSchema: schema ?? object(),
  }))
}

/** Undefined = there is none. */
export function callTool(name, given, while_) {
  return Object.hasOwn(tools, name) ? tools[name].run(given, while_) : undefined
}
