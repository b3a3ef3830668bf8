import type { Permit } from '@wardgate/gateway'
import { cellsOf, type Row } from './mask-row'

type RowMasker = ReturnType<Permit['masker']>
export type Steps = Generator<undefined, void, undefined>

/** Rows up to this size are masked at once, those of one chunk together. */
export const largeRowBytes = 64 * 1024

/** Looks into the cells of a DataRow, header included, before it is masked. */
export function* lookIntoRow({ source, at, size }: Row, masker: RowMasker): Steps {
  for (const { index, cell } of cellsOf(source, at + 7, at + size, masker.masked.length))
    if (cell !== null) yield* masker.ahead(index, cell)
}

/** Others have their turn between the steps. */
export async function inTurns(steps: Steps, isOver: () => boolean): Promise<void> {
  while (steps.next().done !== true && !isOver())
    await new Promise((goOn) => {
      setImmediate(goOn)
    })
}
