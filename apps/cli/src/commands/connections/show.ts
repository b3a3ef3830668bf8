import { showOf } from '../resource'
import { connection } from './resource'

export const connectionsShow = showOf(connection)
