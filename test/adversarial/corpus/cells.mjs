/** Cells of a DataRow; null for NULL. */
export function cellsOf(body) {
  const cells = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at)
    at += 4
    cells.push(length < 0 ? null : body.subarray(at, at + length))
    at += Math.max(0, length)
  }
  return cells
}

/** Columns of a RowDescription. */
export function columnsOf(body) {
  const columns = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const end = body.indexOf(0, at)
    const name = body.toString('utf8', at, end)
    const [table, number, type] = [
      body.readInt32BE(end + 1),
      body.readInt16BE(end + 5),
      body.readInt32BE(end + 7),
    ]
    const rest = body.subarray(end + 11, end + 19).toString('hex')
    columns.push({ name, table, number, type, rest })
    at = end + 19
  }
  return columns
}
