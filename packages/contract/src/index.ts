export * from './generated/wardgate/v1/agent'
export * from './generated/wardgate/v1/catalog'
export * from './generated/wardgate/v1/ingest'
export * from './generated/wardgate/v1/session'
