export { lockFile, type HeldLock, type TakenLock } from './lock-file'
export { everyProcess, processArguments } from './process-arguments'
export { processBirth } from './process-birth'
export { replaceFile, syncFolder } from './replace-file'
