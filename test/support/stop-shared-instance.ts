import { sharedInstance } from './shared-instance'

/** jest's globalTeardown of the e2e project. */
module.exports = async (): Promise<void> => {
  await sharedInstance.remove()
}
