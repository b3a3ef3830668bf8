/** `1 row`, `2 rows`; counts beyond what a number holds arrive as text. */
export function counted(count: string, noun: string): string {
  return `${count} ${count === '1' ? noun : `${noun}s`}`
}
