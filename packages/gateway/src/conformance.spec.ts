import { lineHarness, runProtocolConformance } from './testing'

runProtocolConformance({ name: 'the line protocol', harness: lineHarness })
