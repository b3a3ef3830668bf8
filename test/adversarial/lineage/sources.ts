export type Type = 'text' | 'int' | 'bool' | 'date' | 'json' | 'row' | 'array'

export interface Column {
  readonly name: string
  readonly type: Type
}

export interface Source {
  readonly text: string
  readonly alias: string
  readonly columns: readonly Column[]
}

export const tables = {
  people: [
    { name: 'id', type: 'int' },
    { name: 'name', type: 'text' },
    { name: 'city', type: 'text' },
    { name: 'pan', type: 'text' },
    { name: 'salary', type: 'int' },
    { name: 'born', type: 'date' },
    { name: 'doc', type: 'json' },
    { name: 'shout', type: 'text' },
    { name: 'band', type: 'int' },
  ],
  items: [
    { name: 'id', type: 'int' },
    { name: 'person', type: 'int' },
    { name: 'note', type: 'text' },
  ],
  log: [
    { name: 'id', type: 'int' },
    { name: 'secret', type: 'text' },
    { name: 'at', type: 'date' },
  ],
  v_people: [
    { name: 'id', type: 'int' },
    { name: 'tax', type: 'text' },
    { name: 'loud', type: 'text' },
    { name: 'pay', type: 'int' },
  ],
  m_people: [
    { name: 'id', type: 'int' },
    { name: 'pan', type: 'text' },
    { name: 'city', type: 'text' },
  ],
} as const satisfies Readonly<Record<string, readonly Column[]>>
export const names = ['people', 'people', 'people', 'items', 'log', 'v_people', 'm_people'] as const
