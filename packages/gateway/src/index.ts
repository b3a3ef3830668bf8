export * from './operation'
export * from './protocol'
export * from './target'
