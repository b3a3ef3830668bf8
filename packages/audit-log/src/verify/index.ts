export { verifyConsistency, verifyInclusion } from './proofs'
