import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { Problem } from '../problem.ts'
import { requireFreePort } from './ports.ts'
import type { NativeServer, Place, Report } from './server.ts'
import { cached, requireProgram, run } from './tools.ts'

/** 4.4.0 is not complete on Maven Central. The same version as in docker-compose.yml. */
const VERSION = '4.3.0'

/** Kafka in KRaft mode, broker and controller in one process; the controller listens on the port after the broker's. */
export const kafka: NativeServer = {
  name: 'kafka',
  title: 'Kafka',
  portVariable: 'KAFKA_PORT',
  stopSignal: 'SIGTERM',
  startTimeoutMs: 90_000,

  async prepare({ folder, cache, port, report }) {
    await requireFreePort(port + 1, 'the controller of Kafka', 'KAFKA_PORT')
    const java = await requireProgram('java', ['openjdk-17-jre-headless'], report)
    await requireJava17(java)
    const jars = await cached(join(cache, `kafka-${VERSION}`), (empty) => fetchJars(empty, report))
    const settings = join(folder, 'server.properties')
    await mkdir(folder, { recursive: true })
    await writeFile(settings, properties(join(folder, 'data'), port))
    const classpath = ['-cp', join(jars, '*')]
    if (!existsSync(join(folder, 'data', 'meta.properties'))) {
      report('formatting the data folder')
      const cluster = (await run(java, [...classpath, 'kafka.tools.StorageTool', 'random-uuid'])).trim()
      await run(java, [...classpath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', cluster, '-c', settings])
    }
    return {
      command: java,
      args: ['-Xms128m', '-Xmx512m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', ...classpath, 'kafka.Kafka', settings],
    }
  },

  async ready({ port }) {
    const client = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      retry: { retries: 0 },
    })
    const admin = client.admin()
    try {
      await admin.connect()
      const { brokers } = await admin.describeCluster()
      if (brokers.length === 0) throw new Error('the broker has not registered yet')
    } finally {
      await admin.disconnect()
    }
  },
}

async function fetchJars(empty: string, report: Report): Promise<void> {
  const maven = await requireProgram('mvn', ['maven'], report)
  await writeFile(join(empty, 'pom.xml'), pom)
  report('downloading Kafka (43 MB)')
  await run(maven, [
    '-q',
    '-B',
    '-f',
    join(empty, 'pom.xml'),
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${empty}`,
  ])
}

async function requireJava17(java: string): Promise<void> {
  const version = await run(java, ['--version'])
  const major = Number(/\b(\d+)[.\d]*/.exec(version)?.[1])
  if (major >= 17) return
  throw new Problem(
    `Kafka needs Java 17 or newer; ${java} is version ${major}.`,
    'Install openjdk-17-jre-headless, or put a newer java first on PATH, or set KAFKA_BROKERS.',
  )
}

const pom = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>vibely</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

const properties = (data: string, port: Place['port']) => `process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + 1}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:${port + 1}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${data}
num.partitions=12
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`
