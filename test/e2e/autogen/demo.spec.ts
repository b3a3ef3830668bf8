import { join } from 'node:path'
import { root, runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(180_000)

describeWithPeer('python', () => {
  it('takes a real AutoGen agent through masking, refusal, approval, replay and evidence', async () => {
    const demo = await runProcess(
      process.execPath,
      [join(root, 'scripts/demo.mjs')],
      sharedInstance.environment(),
    )
    expect(demo).toMatchObject({ code: 0 })
    expect(demo.stdout).toMatch(/'email': '\[redacted\]'/)
    expect(demo.stdout).toMatch(/'card_number': '\*{12}\d{4}'/)
    expect(demo.stdout).toMatch(/refused \(42501\): DROP on public\.orders.*no-ddl/)
    expect(demo.stdout).toMatch(/Bob approves[\s\S]*deleted 1 payment\(s\)/)
    expect(demo.stdout).toMatch(/integrity +ok/)
    expect(demo.stdout).toMatch(/integrity +FAILED/)
  })
})
