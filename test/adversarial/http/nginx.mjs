// nginx as a target: plain HTTP/1.1, and HTTP/2 with TLS. It writes down what reached it, as it read it.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../bench/free-port.mjs'

/** Headers that a target may take for more than what a client says. */
const headers = {
  for: 'x_forwarded_for',
  key: 'x_api_key',
  authorization: 'authorization',
  proxyAuthorization: 'proxy_authorization',
  forwardedHost: 'x_forwarded_host',
  forwarded: 'forwarded',
  original: 'x_original_url',
  rewrite: 'x_rewrite_url',
  user: 'x_forwarded_user',
  userName: 'x_user_name',
  realIp: 'x_real_ip',
  remoteUser: 'remote_user',
  override: 'x_http_method_override',
  upgrade: 'upgrade',
  settings: 'http2_settings',
  transferEncoding: 'transfer_encoding',
  a: 'x_a',
  b: 'x_b',
}

export async function startNginx(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-corpus-nginx-'))
  // The worker is another user.
  chmodSync(folder, 0o755)
  const [port, tlsPort] = [await freePort(), await freePort()]
  makeCertificate(folder)
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, tlsPort))
  const child = spawn(binary, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' })
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/up`).then(
      () => true,
      () => false,
    )
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error('nginx ended')
    await delay(50)
  }
  const log = join(folder, 'seen.log')
  return {
    port,
    tlsPort,
    authority: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    /** One line a request, in the order in which they ended. */
    seen: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []),
    async stop() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder, port, tlsPort) {
  const shown = Object.entries(headers).map(([name, header]) => `"${name}":"$http_${header}"`)
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  log_format seen escape=json '{"request":"$request","host":"$host","body":"$request_body",${shown.join()}}';
  access_log ${folder}/seen.log seen;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  underscores_in_headers on; default_type application/json;
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl http2;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    location / { return 200 "{}"; }
  }
}
`
}

function makeCertificate(folder) {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...kind, '-days', '2', ...out, ...subject], {
    stdio: 'ignore',
  })
}
