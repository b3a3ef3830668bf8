function meets(figure, limit) {
  return figure.better === 'less' ? figure.value <= limit : figure.value >= limit
}

function show(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function verdict(figure) {
  if (figure.floor === undefined) return ''
  if (figure.aim !== undefined && meets(figure, figure.aim)) return 'aim met'
  return meets(figure, figure.floor) ? 'pass' : 'FALLS SHORT'
}

export function printTable({ figures, node, cores, quick }) {
  const sign = ({ better }) => (better === 'less' ? '≤' : '≥')
  const lines = figures.map((figure) => [
    figure.name,
    `${show(figure.value)} ${figure.unit}`,
    figure.floor === undefined ? '' : `${sign(figure)} ${figure.floor}`,
    figure.aim === undefined ? '' : `${sign(figure)} ${figure.aim}`,
    verdict(figure),
  ])
  const all = [['figure (median)', 'measured', 'floor', 'aim', ''], ...lines]
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)))
  console.log(`\nnode ${node}, ${cores} cores${quick ? ', quick: rough figures' : ''}\n`)
  for (const line of all)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
  const short = figures.filter((figure) => verdict(figure) === 'FALLS SHORT')
  console.log(
    `\n${short.length === 0 ? 'every floor is met' : `falls short: ${short.map(({ name }) => name).join('; ')}`}`,
  )
}
