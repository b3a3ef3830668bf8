export { conformanceHarness } from './conformance-harness'
