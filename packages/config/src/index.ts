export { Secret, secret } from './secret'
export { mayReadMetrics, metricsToken, type MetricsListener } from './metrics-token'
export { parseEnv, type Env } from './parse-env'
export { describeEnv, type EnvKey } from './describe-env'
