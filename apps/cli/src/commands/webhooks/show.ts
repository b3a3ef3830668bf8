import { showOf } from '../resource'
import { webhook } from './resource'

export const webhooksShow = showOf(webhook)
