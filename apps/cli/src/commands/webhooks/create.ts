import { createOf } from '../resource'
import { webhook } from './resource'

export const webhooksCreate = createOf(webhook)
