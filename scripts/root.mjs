import './require-node.mjs'
import { join, resolve } from 'node:path'

/** Of the checkout. */
export const root = resolve(import.meta.dirname, '..')

/** Of all state; as `homeFolder` of apps/standalone, which may not be compiled yet. */
export const home = resolve(process.env.WARDGATE_HOME || join(root, '.wardgate'))
