import { deleteOf } from '../resource'
import { connection } from './resource'

export const connectionsDelete = deleteOf(connection)
