import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Instance } from './instance'

/** A browser on the console; everything that its pages complain about is collected. */
export class ConsoleBrowser {
  readonly complaints: string[] = []
  private readonly browser: Browser
  private readonly base: string

  private constructor(browser: Browser, base: string) {
    this.browser = browser
    this.base = base
  }

  static async launch(executablePath: string, instance: Instance): Promise<ConsoleBrowser> {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    return new ConsoleBrowser(browser, instance.descriptor.controlPlane.url)
  }

  /** A page of somebody who logs in through the development identity provider. */
  async logIn(person: string, path = '/approvals', options: Viewport = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 1_280, height: options.height ?? 900 },
      ...(options.colorScheme === undefined ? {} : { colorScheme: options.colorScheme }),
    })
    const page = await this.listenTo(context)
    await page.goto(`${this.base}${path}`)
    await page.getByRole('link', { name: /^Log in/ }).click()
    await page.locator(`button[value="${person}"]`).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
  }

  private async listenTo(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', ({ message }) => this.complaints.push(message))
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return
      // Who is not logged in yet is told so; the browser logs that answer by itself.
      const expected = message.location().url.endsWith('/v1/me')
      if (!expected) this.complaints.push(message.text())
    })
    return page
  }
}

export interface Viewport {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
}
