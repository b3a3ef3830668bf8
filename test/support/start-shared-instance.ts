import { sharedInstance } from './shared-instance'
import { provisionTests } from './provision-tests'

/** jest's globalSetup of the e2e project. */
module.exports = async (): Promise<void> => {
  await sharedInstance.remove()
  await sharedInstance.start()
  await provisionTests(sharedInstance)
}
