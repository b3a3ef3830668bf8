import { JsonMasker } from '../streams/json/json-masker'
import type { ValueMasks } from '../streams/value-masks'
import type { CellMask } from './types'

/** Masks places within cells that hold JSON; what is no JSON becomes `otherwise`, as nobody knows what it shows. */
export function jsonPlacesMask(
  masks: ValueMasks,
  start: number,
  otherwise: Buffer | null,
): CellMask {
  return (cell) => {
    const masker = new JsonMasker(masks, { sequence: false, root: masks.paths.root, embedded: 0 })
    try {
      const shown = [masker.write(cell.subarray(start)), masker.end()]
      if (masker.maskedCells === 0) return cell
      return Buffer.concat([cell.subarray(0, start), ...shown])
    } catch {
      return otherwise
    }
  }
}
