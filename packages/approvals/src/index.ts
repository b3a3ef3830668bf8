export {
  approvalEvents,
  approvalStates,
  isFinal,
  statesBefore,
  transition,
  type ApprovalEvent,
  type ApprovalState,
  type Transition,
} from './state'
export {
  canVote,
  isSelected,
  tally,
  type CastVote,
  type Requester,
  type Tally,
  type VotableRequest,
  type Votability,
  type Voter,
} from './voting'
export { operationDigest, type DigestParts, type DigestedParameter } from './operation-digest'
