import { replicationFacts } from './replication-facts'

describe('facts of replication', () => {
  it('name the database that logical replication is of', () => {
    const facts = replicationFacts({ mode: 'logical', command: 'IDENTIFY_SYSTEM' }, 'shop')
    expect(facts.actions).toEqual([{ action: 'replicate', resource: 'database:shop' }])
    expect(facts).toMatchObject({ opaque: [], risk: { score: 70 } })
  })

  it('take physical replication for every database', () => {
    const facts = replicationFacts({ mode: 'physical', command: 'SHOW' }, 'shop')
    expect(facts.actions).toEqual([{ action: 'replicate', resource: 'database:*' }])
  })

  it.each(['CONNECT', 'START_REPLICATION', 'BASE_BACKUP'])(
    'say that %s reads any table',
    (command) => {
      const { actions } = replicationFacts({ mode: 'logical', command }, 'shop')
      expect(actions).toContainEqual({ action: 'read', resource: 'table:*' })
    },
  )

  it('take a command that is not known for opaque, and for one that reads', () => {
    const { opaque, actions } = replicationFacts({ mode: 'logical', command: 'toString' }, 'shop')
    expect(opaque).toHaveLength(1)
    expect(actions).toHaveLength(2)
  })
})
