/** Text that is safe inside a cell of a table. */
export function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}
