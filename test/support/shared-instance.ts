import { join } from 'node:path'
import { Instance, root } from './instance'

/** The standalone that the e2e set-up starts once for all specs that do not break it. */
export const sharedInstance = new Instance(join(root, '.cache/e2e/home'), 21_400)
