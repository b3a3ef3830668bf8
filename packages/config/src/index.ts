export { Secret, secret } from './secret'
export { parseEnv, type Env } from './parse-env'
export { describeEnv, type EnvKey } from './describe-env'
