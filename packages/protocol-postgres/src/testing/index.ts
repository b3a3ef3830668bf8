export { conformanceHarness } from './conformance-harness'
export { FakeClient, codesOf, rowsOf, type Received } from './fake-client'
export { fuzz, type FuzzOptions, type FuzzResult } from './fuzz'
export { FakeUpstream, type FakeResult } from './fake-upstream'
