import type { AuthContext } from 'ssh2'
import { FakeTarget, SshStage } from '../testing'

let stage: SshStage
afterEach(() => stage.finish())

async function loggedIn(
  credential: object,
  admit: (context: AuthContext) => void,
): Promise<{ readonly isIn: boolean; readonly told: string }> {
  const target = new FakeTarget()
  target.admit = admit
  stage = new SshStage({ target, grant: { credential: credential as never } })
  const { client, isIn } = await stage.connect()
  return { isIn, told: client.banner }
}

const onlyBy =
  (method: string, admit: (context: AuthContext) => void) => (context: AuthContext) => {
    if (context.method === method) admit(context)
    else context.reject([method as 'password'])
  }

describe('the login at a target', () => {
  it('needs no secret where the target wants none', async () => {
    const tried: string[] = []
    const { isIn } = await loggedIn({ kind: 'none', user: 'guest' }, (context) => {
      tried.push(`${context.method} ${context.username}`)
      context.accept()
    })
    expect(isIn).toBe(true)
    expect(tried).toEqual(['none guest'])
  })

  it('says so when the target wants a secret after all', async () => {
    const { isIn, told } = await loggedIn({ kind: 'none', user: 'guest' }, (context) =>
      context.reject(['publickey']),
    )
    expect(isIn).toBe(false)
    expect(told).toContain('ERR_TARGET_REFUSED_CREDENTIAL')
  })

  it('answers questions with the password, where the target only asks', async () => {
    const password = { kind: 'password', user: 'ada', password: 'planted-secret' }
    const given: string[] = []
    const { isIn } = await loggedIn(
      password,
      onlyBy('keyboard-interactive', (context) => {
        if (context.method !== 'keyboard-interactive') return
        context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
          given.push(...answers)
          context.accept()
        })
      }),
    )
    expect(isIn).toBe(true)
    expect(given).toEqual(['planted-secret'])
  })
})
