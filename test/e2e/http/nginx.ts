import { freePort, leashed } from '@wardgate/gateway/testing'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'

export interface Nginx {
  readonly port: number
  readonly tlsPort: number
  /** PEM of the authority that the TLS port's certificate is of. */
  readonly authority: string
  stop(): Promise<void>
}

const people = Array.from({ length: 200 }, (_, id) => ({ id, email: `person${id}@example.com` }))

/** nginx as a target: plain HTTP/1.1, and HTTP/2 with TLS. It answers with what reached it. */
export async function startNginx(binary: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-nginx-'))
  // The worker is another user.
  chmodSync(folder, 0o755)
  const [port, tlsPort] = [await freePort(), await freePort()]
  makeCertificate(folder)
  writeFileSync(join(folder, 'people.json'), JSON.stringify(people))
  writeFileSync(join(folder, 'large.bin'), Buffer.alloc(8 * 1024 * 1024, 'wardgate'))
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, tlsPort))
  const args = ['-c', join(folder, 'nginx.conf'), '-p', folder]
  const child = leashed(spawn(binary, args, { stdio: 'ignore' }))
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/echo`).catch(() => undefined)
    return answer?.ok === true || undefined
  })
  return {
    port,
    tlsPort,
    authority: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    stop: () => stop(child, folder),
  }
}

function configuration(folder: string, port: number, tlsPort: number): string {
  const shown = [
    '$request_method $request_uri $server_protocol host=$host',
    'key=$http_x_api_key token=$http_authorization for=$http_x_forwarded_for',
  ].join(' ')
  return `
daemon off;
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  default_type text/plain;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl http2;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    root ${folder};
    location /echo { return 200 "${shown}\\n"; }
    location /away { return 302 http://example.com/; }
    location /here { return 302 /echo; }
    location = /large.bin { }
    location = /people.json { gzip on; gzip_types application/json; gzip_min_length 1; default_type application/json; }
    location / { return 404 "nothing here\\n"; }
  }
}
`
}

/** `key.pem` and `cert.pem`, for localhost. */
export function makeCertificate(folder: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...kind, '-days', '2', ...out, ...subject], {
    stdio: 'ignore',
  })
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGQUIT')
  await ended
  rmSync(folder, { recursive: true, force: true })
}
