export { lockFile, type HeldLock, type TakenLock } from './lock-file'
export { processBirth } from './process-birth'
export { replaceFile, syncFolder } from './replace-file'
