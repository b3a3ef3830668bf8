import { showOf } from '../resource'
import { agent } from './resource'

export const agentsShow = showOf(agent)
