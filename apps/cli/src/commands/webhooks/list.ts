import { listOf } from '../resource'
import { webhook } from './resource'

export const webhooksList = listOf(webhook)
