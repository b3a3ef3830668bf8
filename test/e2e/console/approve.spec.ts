import type { Client, DatabaseError } from 'pg'
import type { Page } from 'playwright-core'
import { ConsoleBrowser } from '../../support/console-browser'
import { connectDirectly, connectThrough, type GovernedClient } from '../../support/governed-client'
import { eventually } from '../../support/eventually'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(90_000)

describeWithPeer('chromium', (path) => {
  let browser: ConsoleBrowser
  let direct: Client
  let bob: Page
  let open: GovernedClient[] = []

  const connect = async (options?: Parameters<typeof connectThrough>[1]) => {
    const governed = await connectThrough(sharedInstance, options)
    open.push(governed)
    return governed.client
  }

  /** Opens the request whose statement holds the mark, from the list, as people do. */
  const openRequest = async (page: Page, mark: string) => {
    await page.getByRole('link', { name: 'Approvals' }).click()
    const waiting = page.getByRole('region', { name: 'Waiting for a decision' })
    await waiting.getByRole('link').filter({ hasText: mark }).click()
    await page.getByRole('heading', { name: 'Statement' }).waitFor()
  }

  const statement = (page: Page) => page.getByRole('region', { name: 'Statement' })
  const outcome = (page: Page) => page.getByRole('region', { name: 'Decision' })

  const countPayments = async (orderId: number) => {
    const { rows } = await direct.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM payments WHERE order_id = $1',
      [orderId],
    )
    return rows[0]!.n
  }

  beforeAll(async () => {
    browser = await ConsoleBrowser.launch(path, sharedInstance)
    direct = await connectDirectly(sharedInstance)
    bob = await browser.logIn('bob')
  })

  afterEach(async () => {
    await Promise.all(open.map(({ client }) => client.end().catch(() => undefined)))
    open = []
  })

  afterAll(async () => {
    await Promise.all([browser.close(), direct.end()])
  })

  it('shows the exact statement and its parameters, and one click lets it run', async () => {
    const client = await connect()
    const before = await countPayments(31)
    const text = 'DELETE FROM payments\n  WHERE order_id = $1 -- from the console'
    const running = client.query(text, [31])
    await openRequest(bob, 'from the console')
    expect(await statement(bob).textContent()).toBe(text)
    expect(await bob.getByRole('listitem').filter({ hasText: '$1' }).textContent()).toContain('31')
    expect(await bob.getByText('table:public.payments', { exact: true }).count()).toBe(1)
    expect(await bob.getByText('not verified').count()).toBe(1)
    expect(await bob.getByRole('timer').first().textContent()).toMatch(/^1[45]:\d\d$/)
    expect(await countPayments(31)).toBe(before)

    await bob.getByRole('button', { name: 'Approve' }).click()
    expect((await running).rowCount).toBe(before)
    await outcome(bob).getByText('Approved and run').waitFor()
    expect(await bob.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    expect(await countPayments(31)).toBe(0)
  })

  it('wants a reason for a rejection and tells it to the client', async () => {
    const client = await connect()
    const refused = client
      .query("UPDATE orders SET status = 'paid' WHERE id = 3301")
      .catch((error: unknown) => error as DatabaseError)
    await openRequest(bob, 'id = 3301')
    await bob.getByRole('button', { name: 'Reject' }).click()
    await bob.getByText('Say why you reject it.').waitFor()
    expect(await bob.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await bob.keyboard.type('order 3301 was refunded')
    await bob.getByRole('button', { name: 'Reject' }).click()
    await outcome(bob).getByText('Rejected', { exact: false }).first().waitFor()
    const error = (await refused) as DatabaseError
    expect(`${error.message} ${error.detail ?? ''}`).toContain('order 3301 was refunded')
  })

  it('can be done with the keyboard alone', async () => {
    const client = await connect()
    const running = client.query('DELETE FROM payments WHERE order_id = 35')
    await openRequest(bob, 'order_id = 35')
    await statement(bob).focus()
    for (const wanted of ['TEXTAREA', 'BUTTON']) {
      await bob.keyboard.press('Tab')
      expect(await bob.evaluate('document.activeElement.tagName')).toBe(wanted)
    }
    await bob.keyboard.press('Enter')
    expect((await running).command).toBe('DELETE')
  })

  it('shows no buttons to who asked, and says why', async () => {
    const client = await connect({ token: await sharedInstance.token('approver') })
    client.query('DELETE FROM payments WHERE order_id = 37').catch(() => undefined)
    await openRequest(bob, 'order_id = 37')
    await outcome(bob).getByText('You cannot vote on this request').waitFor()
    for (const name of ['Approve', 'Reject'])
      expect(await bob.getByRole('button', { name }).count()).toBe(0)
    const told = await outcome(bob).textContent()
    expect(told).toMatch(/cannot vote on this request: .{10,}/)
  })

  it('follows a decision that somebody else makes', async () => {
    const client = await connect()
    const running = client.query('DELETE FROM payments WHERE order_id = 39')
    await openRequest(bob, 'order_id = 39')
    const id = new URL(bob.url()).pathname.split('/').at(-1)
    const dave = await sharedInstance.api({ token: await sharedInstance.tokenOf('dave') })
    const { digest } = await dave.ok<{ digest: string }>('GET', `/v1/approval-requests/${id}`)
    await dave.ok('POST', `/v1/approval-requests/${id}/approve`, { digest, reason: 'fine' })
    await running
    await outcome(bob).getByText('Approved and run').waitFor()
    await bob.getByText('Dave').first().waitFor()
  })

  it('says that the client went away', async () => {
    const client = await connect()
    client.query('DELETE FROM payments WHERE order_id = 41').catch(() => undefined)
    await openRequest(bob, 'order_id = 41')
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
      .connection
    stream.destroy()
    await outcome(bob).getByText('Cancelled', { exact: true }).waitFor()
    expect(await bob.getByRole('button', { name: 'Approve' }).count()).toBe(0)
  })

  it('shows what hides in a statement as code points, and markup as text', async () => {
    const client = await connect()
    const mark = 'id = 3343'
    const text = `UPDATE orders SET status = 'paid' /* ${mark} \u202Eeb\u200Bil\u2066 \u001b[2J */
      WHERE ${mark} AND '<img src=x onerror=alert(1)>' <> '<b>\u0430</b>'`
    client.query(text).catch(() => undefined)
    await openRequest(bob, mark)
    const shown = (await statement(bob).textContent()) ?? ''
    for (const codePoint of ['U+202E', 'U+200B', 'U+2066', 'U+001B'])
      expect(shown).toContain(codePoint)
    // eslint-disable-next-line no-control-regex
    expect(shown).not.toMatch(/[\u202E\u200B\u2066\u001B]/)
    expect(shown).toContain('<img src=x onerror=alert(1)>')
    expect(await statement(bob).locator('img, b').count()).toBe(0)
    await bob.getByText('invisible or control character').waitFor()
    expect(await bob.locator('.foreign').first().textContent()).toBe('\u0430')
  })

  it('shows head, tail, length and digest of 5,000 lines, and all of them when asked', async () => {
    const client = await connect()
    const comments = Array.from({ length: 5_000 }, (_, line) => `-- line ${line}`)
    const text = `DELETE FROM payments WHERE order_id = 45\n${comments.join('\n')}\n-- the end`
    client.query(text).catch(() => undefined)
    await openRequest(bob, 'order_id = 45')
    const head = bob.getByRole('region', { name: 'Statement, beginning' })
    expect(await head.textContent()).toContain('order_id = 45')
    const tail = bob.getByRole('region', { name: 'Statement, end' })
    expect(await tail.textContent()).toContain('-- the end')
    await bob.getByText(/^5,002 lines, .* SHA-256 [0-9a-f]{64}$/).waitFor()
    await bob.getByRole('button', { name: 'Show all' }).click()
    expect(await bob.getByRole('region', { name: 'Statement', exact: true }).textContent()).toBe(
      text,
    )
  })

  it('fits a phone in the dark', async () => {
    const client = await connect()
    client
      .query(`DELETE FROM payments WHERE order_id = 47 -- ${'x'.repeat(3_000)}`)
      .catch(() => undefined)
    const phone = await browser.logIn('bob', '/approvals', {
      width: 390,
      height: 844,
      colorScheme: 'dark',
    })
    await openRequest(phone, 'order_id = 47')
    const widthOf = (what: string) =>
      phone.evaluate<number>(`document.documentElement.${what}Width`)
    const content = await widthOf('scroll')
    const screen = await widthOf('client')
    expect(content).toBeLessThanOrEqual(screen)
    await phone.getByRole('button', { name: 'Approve' }).scrollIntoViewIfNeeded()
    const background = await phone.evaluate(
      'getComputedStyle(document.documentElement).backgroundColor',
    )
    expect(background).toBe('rgb(17, 22, 28)')
  })

  it('comes back to the page that was asked for after the log-in', async () => {
    const page = await browser.logIn('bob', '/sessions?state=open')
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/sessions?state=open')
  })

  it('shows only the places that the permissions allow', async () => {
    const places = (page: Page) =>
      page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents()
    expect(await places(bob)).toEqual(['Approvals', 'Sessions'])
    const alice = await browser.logIn('alice')
    expect(await places(alice)).toEqual(
      expect.arrayContaining(['Approvals', 'Sessions', 'Connections', 'Policies', 'Audit']),
    )
  })

  it('shows a session with what was refused and what was masked', async () => {
    const client = await connect()
    const mark = `console_${Date.now()}`
    await client.query(`SELECT email AS ${mark} FROM customers LIMIT 2`)
    await client.query(`DROP TABLE orders -- ${mark}`).catch(() => undefined)
    const api = await sharedInstance.api('auditor')
    const sessionId = await eventually(async () => {
      const { items } = await api.ok<{
        items: { text: string; status: string; sessionId: string }[]
      }>('GET', '/v1/operations?limit=50')
      const done = [`AS ${mark}`, `-- ${mark}`].map((part) =>
        items.find(({ text, status }) => text.includes(part) && status !== 'forwarded'),
      )
      return done.every(Boolean) ? done[0]?.sessionId : undefined
    })
    const alice = await browser.logIn('alice', `/sessions/${sessionId}`)
    const item = (text: string) => alice.getByRole('listitem').filter({ hasText: text })
    await item(`AS ${mark}`).getByText('2 masked', { exact: true }).waitFor()
    await item(`-- ${mark}`).getByText('refused', { exact: true }).waitFor()
    await alice.getByRole('button', { name: /^Kill session/ }).click()
    await alice.getByLabel('Reason').fill('the test ends it')
    await alice.getByRole('button', { name: 'Kill it' }).click()
    await alice.getByText('ended', { exact: true }).waitFor()
    expect(await alice.getByRole('button', { name: /^Kill/ }).count()).toBe(0)
  })

  it('never made the browser complain: no script error, no breach of the content policy', () => {
    expect(browser.complaints).toEqual([])
  })
})
