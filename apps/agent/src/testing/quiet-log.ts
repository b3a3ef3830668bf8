import { createLogger } from '@wardgate/logger'

export const quietLog = createLogger({ name: 'agent', level: 'silent' })
