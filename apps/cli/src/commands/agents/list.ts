import { listOf } from '../resource'
import { agent } from './resource'

export const agentsList = listOf(agent)
