// A process that runs notifier and publisher, to be killed in the middle of its work.
import process from 'node:process'
import { openDatabase } from '@vibely/kit/mongo'
import { databaseName } from '@vibely/kit/namespace'
import { servers } from '@vibely/testkit/servers'
import { Redis } from 'ioredis'
import { startNotifier } from '../src/notifications/notifier.ts'
import { startPublisher } from '../src/streams/publisher.ts'
import { logger } from './fresh-feed.ts'

const [namespace = ''] = process.argv.slice(2)
const database = await openDatabase(servers().MONGODB_URL, databaseName(namespace, 'feed'))
const redis = new Redis(servers().REDIS_URL)
const publisher = startPublisher({ database, redis, namespace, logger })
startNotifier({ database, logger, onEvents: () => publisher.wake() })
