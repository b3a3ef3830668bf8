import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(60_000)

interface Algorithm {
  readonly algorithm: string
  readonly notes: { readonly fail?: readonly string[]; readonly warn?: readonly string[] }
}

type Report = Readonly<Record<'kex' | 'key' | 'enc' | 'mac', readonly Algorithm[]>> & {
  readonly cves: readonly unknown[]
  readonly recommendations: object
}

describeWithPeer('ssh-audit', (sshAudit) => {
  it('finds nothing to fail or to warn of in what the agent offers', async () => {
    const { host, port } = sharedInstance.listener('ssh')
    // Its test of rates floods the listener, which is not what is asked here.
    const args = ['--skip-rate-test', '-j', '-p', String(port), host]
    const { stdout, stderr } = await runProcess(sshAudit, args, process.env)
    expect(stderr).toBe('')
    const report = JSON.parse(stdout) as Report
    const offered = (['kex', 'key', 'enc', 'mac'] as const).flatMap((kind) => report[kind])
    expect(offered.length).toBeGreaterThan(10)
    expect(offered.filter(({ notes }) => notes.fail ?? notes.warn)).toEqual([])
    expect(report.cves).toEqual([])
    expect(Object.keys(report.recommendations)).not.toContain('critical')
    expect(offered.map(({ algorithm }) => algorithm)).toContain('kex-strict-s-v00@openssh.com')
  })
})
