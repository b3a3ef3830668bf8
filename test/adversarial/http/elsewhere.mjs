/** Rows of the corpus that one request cannot show, and what shows them. */
export const elsewhere = {
  'HTTP-046': 'packages/protocol-http/src/forward-proxy.spec.ts: a host within a tunnel to another',
  'HTTP-047': 'packages/protocol-http/src/engine.spec.ts: a held request that comes again',
  'MCP-002': 'test/e2e/http/mcp-pins.spec.ts: a definition that changes',
  'MCP-015': 'nothing is launched: servers are reached over HTTP alone',
}
