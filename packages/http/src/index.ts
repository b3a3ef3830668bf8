export { requestFacts } from './request/request-facts'
export { toolCallFacts } from './calls/tool-call-facts'
export { messageFacts } from './calls/message-facts'
export {
  defaultHttpFactsSettings,
  httpFactsSettings,
  type ArgumentSetting,
  type HttpFactsSettings,
  type RouteAction,
  type RouteSetting,
} from './settings'
export { looksLikeCall, readCallText } from './text/call-text'
export { pathRules, readRequestText, type Typed } from './text/request-text'
export { httpRiskFactors, scoreHttpRisk, type HttpRiskFactor } from './risk'
export type { HttpRequest, Named, StreamMessage, ToolCall } from './operations'
