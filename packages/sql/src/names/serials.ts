/** Not types but integers with a default, in definitions of columns (transformColumnDefinition in parse_utilcmd.c). */
export const serials: Readonly<Record<string, string>> = {
  smallserial: 'int2',
  serial2: 'int2',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
}
