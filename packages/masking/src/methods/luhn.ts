/** ISO/IEC 7812-1 annex B: from the right, every second digit counts double. */
export function passesLuhn(digits: readonly number[], start = 0, length = digits.length): boolean {
  return luhnSum(digits, start, length) % 10 === 0
}

/** The last digit that makes the number pass, whatever stands there now. */
export function luhnCheckDigit(digits: readonly number[]): number {
  const without = luhnSum([...digits.slice(0, -1), 0], 0, digits.length)
  return (10 - (without % 10)) % 10
}

function luhnSum(digits: readonly number[], start: number, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) {
    const digit = digits[start + length - 1 - i] ?? 0
    const doubled = digit * 2
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum
}

/** Payment cards have 13 to 19 digits (ISO/IEC 7812-1). */
export function isCardNumber(digits: readonly number[]): boolean {
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits)
}
