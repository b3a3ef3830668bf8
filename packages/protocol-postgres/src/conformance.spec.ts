import { runProtocolConformance } from '@wardgate/gateway/testing'
import { conformanceHarness } from './testing'

runProtocolConformance({ name: 'postgres', harness: conformanceHarness })
