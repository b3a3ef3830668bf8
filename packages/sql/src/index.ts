export * from './analysis'
export * from './catalog'
