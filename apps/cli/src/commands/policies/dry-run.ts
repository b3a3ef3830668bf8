import { moveTo } from './version'

export const policiesDryRun = moveTo('dry-run', 'Only report what a version would decide.')
