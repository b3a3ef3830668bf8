export { conformanceHarness } from './conformance-harness'
export { FakeClient, codesOf, rowsOf, type Received } from './fake-client'
export { fuzzClientStreams, type FuzzResult } from './fuzz'
export { FakeUpstream, type FakeResult } from './fake-upstream'
