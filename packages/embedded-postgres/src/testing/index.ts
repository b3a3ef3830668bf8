export { startTestCluster } from './test-cluster'
