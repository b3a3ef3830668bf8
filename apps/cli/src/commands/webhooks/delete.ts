import { deleteOf } from '../resource'
import { webhook } from './resource'

export const webhooksDelete = deleteOf(webhook)
