import { setDisabled } from './set-disabled'

export const principalsEnable = setDisabled({
  name: 'enable',
  description: 'Let a disabled principal in again.',
  disabled: false,
  told: 'Enabled the principal',
})
