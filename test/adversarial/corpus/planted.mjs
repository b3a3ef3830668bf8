/** Shorter ones stand in any answer. */
const leastText = 5
const leastBytes = 4

/** What the first row of the seed's table of every type holds: as text, and as the type's own binary form. */
export async function plantedForms(client) {
  const { rows: columns } = await client.query(`
    SELECT quote_ident(attname) AS name, typsend::oid AS send, typsend::text AS sends
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = to_regclass('public.mosaic') AND attname LIKE 'v\\_%' AND NOT attisdropped`)
  const forms = []
  for (const { name, send, sends } of columns) {
    const binary = send === 0 ? 'NULL::bytea' : `${sends}(${name})`
    const { rows } = await client.query(
      `SELECT format('%s', ${name}) AS shown, ${binary} AS sent FROM mosaic WHERE id = 1`,
    )
    const [{ shown, sent } = { shown: '', sent: null }] = rows
    if (shown.length >= leastText) forms.push({ name, bytes: shown })
    if (sent !== null && sent.length >= leastBytes)
      forms.push({ name: `${name} in binary`, bytes: sent.toString('latin1') })
  }
  return forms
}
