// What the full server has, by the names that the official suite asks for.

/** Smallest files of their kinds: an image of one pixel, and a sound without samples. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
export const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='

export const text = (words) => ({ type: 'text', text: words })
const image = { type: 'image', data: png, mimeType: 'image/png' }

const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'The text of a resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: png },
}

export function listResources() {
  return Object.entries(resources).map(([uri, { mimeType }]) => {
    const name = uri.slice('test://'.length)
    return { uri, name, description: `The resource ${name}.`, mimeType }
  })
}

export const resourceTemplates = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    description: 'A document of its own for each id.',
    mimeType: 'application/json',
  },
]

/** Undefined = there is none. */
export function readResource(uri) {
  if (Object.hasOwn(resources, uri)) return { uri, ...resources[uri] }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id === undefined) return undefined
  const document = { id, templateTest: true, data: `Data of ${id}` }
  return { uri, mimeType: 'application/json', text: JSON.stringify(document) }
}

const says = (content) => ({ role: 'user', content })

const prompts = {
  test_simple_prompt: { arguments: [], messages: () => [says(text('A simple prompt.'))] },
  test_prompt_with_arguments: {
    arguments: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [says(text(`arg1 is ${arg1}, arg2 is ${arg2}`))],
  },
  test_prompt_with_embedded_resource: {
    arguments: ['resourceUri'],
    messages: ({ resourceUri: uri }) => [
      says({ type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded.' } }),
      says(text('Read what is embedded.')),
    ],
  },
  test_prompt_with_image: {
    arguments: [],
    messages: () => [says(image), says(text('Look at the image.'))],
  },
}

export function listPrompts() {
  return Object.entries(prompts).map(([name, prompt]) => ({
    name,
    description: `The prompt ${name}.`,
    arguments: prompt.arguments.map((one) => ({ name: one, required: true })),
  }))
}

/** Undefined = there is none. */
export function getPrompt(name, given) {
  return Object.hasOwn(prompts, name) ? { messages: prompts[name].messages(given) } : undefined
}
