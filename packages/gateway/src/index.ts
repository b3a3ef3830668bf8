export * from './operation'
export * from './ports'
export * from './protocol'
export * from './target'
