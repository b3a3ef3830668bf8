export { conformanceHarness } from './conformance-harness'
export { FakeClient, type Answer } from './fake-client'
export { FakeTarget, fakeTargetFingerprint, type FakeResult } from './fake-target'
