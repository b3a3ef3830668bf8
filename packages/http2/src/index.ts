export { containServer } from './contain-server'
export { containHttp2 } from './contain-http2'
