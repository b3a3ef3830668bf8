/** Keys that only this package holds: a value that carries one was made here. The package does not export them. */
export const permitProof: unique symbol = Symbol('wardgate.permit')
export const targetProof: unique symbol = Symbol('wardgate.target')
