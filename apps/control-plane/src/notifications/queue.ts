import { createPostgresBackend, createRedisBackend, type JobsOptions, withBackend } from 'bullmq'
import type { Config } from '../config/config'

export interface DeliveryJob {
  readonly id: string
}

export interface DeliveryQueue {
  /** Asks that the message be tried after `delayMillis`; asking twice for one attempt is asking once. */
  add(id: string, attempts: number, delayMillis: number): Promise<void>
  close(): Promise<void>
}

const name = 'notifications'
const concurrency = 8
/** Queue and worker have a pool each. */
const databaseConnections = 3

/** BullMQ on Redis when there is one, else on its own tables in PostgreSQL. */
export function startQueue(
  config: Config,
  work: (job: DeliveryJob) => Promise<void>,
  onError: (error: Error) => void,
): DeliveryQueue {
  const parts = config.redisUrl === undefined ? onPostgres(config, work) : onRedis(config, work)
  const { queue, worker } = parts
  queue.on('error', onError)
  worker.on('error', onError)
  return {
    async add(id, attempts, delay) {
      await queue.add(
        'deliver',
        { id },
        {
          jobId: `${id}-${attempts}`,
          delay,
          removeOnComplete: true,
          removeOnFail: true,
        },
      )
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

/** What is used of BullMQ's classes, whose types differ by backend. */
interface Part {
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}
interface Adding {
  add(name: string, job: DeliveryJob, options: JobsOptions): Promise<unknown>
}

type Work = (job: DeliveryJob) => Promise<void>

function onPostgres(config: Config, work: Work) {
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const connection = {
    connectionString: config.database.url.reveal(),
    schema: 'bullmq',
    migrate: true,
    max: databaseConnections,
  }
  const process = ({ data }: { data: DeliveryJob }) => work(data)
  return {
    queue: new Queue<DeliveryJob>(name, { connection }) as Part & Adding,
    worker: new Worker<DeliveryJob>(name, process, { connection, concurrency }) as Part,
  }
}

function onRedis(config: Config, work: Work) {
  const { Queue, Worker } = withBackend(createRedisBackend)
  const connection = { url: config.redisUrl?.reveal() ?? '', maxRetriesPerRequest: null }
  const process = ({ data }: { data: DeliveryJob }) => work(data)
  return {
    queue: new Queue<DeliveryJob>(name, { connection }) as Part & Adding,
    worker: new Worker<DeliveryJob>(name, process, { connection, concurrency }) as Part,
  }
}
