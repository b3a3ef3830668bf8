export { postgresBinaries } from './binaries'
export { clusterUrl, startCluster, type Cluster, type ClusterOptions } from './cluster'
export { hasData, removeAllData, stopServerOf } from './data-directory'
