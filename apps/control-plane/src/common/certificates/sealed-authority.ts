import type { SecretStore } from '../sealing/secret-store'
import { type Authority, makeAuthority, readAuthority } from './authority'

/** An authority that lives in the store of sealed secrets; made when it is first asked for. */
export class SealedAuthority {
  private authority: Promise<Authority> | undefined

  constructor(
    private readonly secrets: SecretStore,
    private readonly secretName: string,
    private readonly subject: string,
    /** Told when there was none. */
    private readonly made: () => void = () => undefined,
  ) {}

  load(): Promise<Authority> {
    this.authority ??= this.read().catch((error: unknown) => {
      this.authority = undefined
      throw error
    })
    return this.authority
  }

  async pem(): Promise<string> {
    return `${(await this.load()).certificate.toString('pem')}\n`
  }

  private async read(): Promise<Authority> {
    const make = () => {
      this.made()
      return makeAuthority(this.subject)
    }
    return readAuthority(await this.secrets.findOrCreate(this.secretName, make))
  }
}
