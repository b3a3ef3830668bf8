import { moveTo } from './version'

export const policiesActivate = moveTo(
  'activate',
  'Put a version in force; the former one retires.',
)
