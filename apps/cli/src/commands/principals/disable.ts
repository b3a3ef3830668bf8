import { setDisabled } from './set-disabled'

export const principalsDisable = setDisabled({
  name: 'disable',
  description: 'Refuse a principal whatever its tokens say, and end its sessions now.',
  disabled: true,
  told: 'Disabled the principal',
})
