/** How many sessions each principal has: one alone, such as an AI agent in a loop, must not keep all others out. */
export class PrincipalPlaces {
  private readonly counts = new Map<string, number>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  take(principalId: string): boolean {
    const count = this.counts.get(principalId) ?? 0
    if (count >= this.most) return false
    this.counts.set(principalId, count + 1)
    return true
  }

  leave(principalId: string): void {
    const count = this.counts.get(principalId) ?? 0
    if (count > 1) this.counts.set(principalId, count - 1)
    else this.counts.delete(principalId)
  }
}
