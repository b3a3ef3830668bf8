const ok = { '200': { description: 'Found' } }
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }

/** What the sample service says of itself: routes and operations that rules can name. */
export const description = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1.0.0' },
  paths: {
    '/customers': { get: { operationId: 'listCustomers', responses: ok } },
    '/customers/{id}': { get: { operationId: 'getCustomer', parameters: [id], responses: ok } },
    '/customers/{id}/orders': {
      get: { operationId: 'listOrdersOfCustomer', parameters: [id], responses: ok },
    },
    '/orders': { post: { operationId: 'createOrder', responses: ok } },
    '/orders/{id}': {
      get: { operationId: 'getOrder', parameters: [id], responses: ok },
      delete: { operationId: 'deleteOrder', parameters: [id], responses: ok },
    },
    '/secrets': { get: { operationId: 'listSecrets', responses: ok } },
  },
}
