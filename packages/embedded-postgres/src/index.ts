export { postgresBinaries } from './binaries'
export { startCluster, type Cluster, type ClusterOptions } from './cluster'
export { processArguments } from './process-arguments'
