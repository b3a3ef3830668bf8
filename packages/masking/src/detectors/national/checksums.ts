/** Digits of a text, in order. */
export function digitsOf(text: string): number[] {
  return (text.match(/\d/g) ?? []).map(Number)
}

export function weightedSum(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0)
}

/** ISO/IEC 7064 MOD 11,10: the last digit checks the others. */
export function passesMod11And10(digits: readonly number[]): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === digits.at(-1)
}

// The dihedral group D5 and the permutation of Verhoeff's scheme.
const product = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

export function passesVerhoeff(digits: readonly number[]): boolean {
  let check = 0
  for (const [place, digit] of [...digits].reverse().entries()) {
    let permuted = digit
    for (let turns = place % 8; turns > 0; turns -= 1) permuted = permutation[permuted] ?? 0
    check = product[check]?.[permuted] ?? 0
  }
  return check === 0
}

/** Whether month and day are ones of a calendar; 29 February of any year passes. */
export function isMonthAndDay(month: number, day: number): boolean {
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days
}
