import { updateOf } from '../resource'
import { connection } from './resource'

export const connectionsUpdate = updateOf(connection)
