import { moveTo } from './version'

export const policiesRetire = moveTo('retire', 'Take a version out of force.')
