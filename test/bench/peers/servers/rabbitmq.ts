/**
 * RabbitMQ with a node, an Erlang port mapper, folders and settings of its own: everything that its scripts would take from the system's service is named here. The port mapper is started by
 * us, since the one that Erlang starts by itself is a daemon and would stay.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../../../bin/simulation/free-port.ts'
import type { Peer, Place } from '../peer.ts'

const configurationOf = (port: number): string => `
listeners.tcp.1 = 127.0.0.1:${port}
log.console = true
log.console.level = warning
log.file = false
`

/** For the ports between Erlang's nodes as well. */
const LOOPBACK_ONLY = '-kernel inet_dist_use_interface {127,0,0,1}'

const environmentOf = async ({ folder }: Place, mapperPort: number): Promise<Record<string, string>> => ({
  HOME: folder,
  ERL_EPMD_PORT: String(mapperPort),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_NODENAME: 'caps-peers@localhost',
  RABBITMQ_DIST_PORT: String(await freePort()),
  RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
  RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
  RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
  RABBITMQ_MNESIA_BASE: join(folder, 'data'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_PID_FILE: join(folder, 'pid'),
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: LOOPBACK_ONLY,
  // Its script then becomes the server instead of staying as its parent, which would leave nobody to reap it.
  RUNNING_UNDER_SYSTEMD: 'true',
})

export const rabbitmq: Peer = {
  name: 'rabbitmq',
  title: 'RabbitMQ quorum queue',
  durable: 'yes, one node: confirmed when the write-ahead log of the quorum queue has been synced',
  install: 'rabbitmq-server',
  programs: ['epmd', 'rabbitmq-server'],
  async plans(place, program) {
    const { folder, port } = place
    await Promise.all([
      writeFile(join(folder, 'rabbitmq-env.conf'), ''),
      writeFile(join(folder, 'rabbitmq.conf'), configurationOf(port)),
      writeFile(join(folder, 'enabled_plugins'), '[].\n'),
      mkdir(join(folder, 'log')),
    ])
    const mapperPort = await freePort()
    return [
      {
        program: program('epmd'),
        // It says that it is there only when it is asked for words.
        args: ['-address', '127.0.0.1', '-port', String(mapperPort), '-d'],
        ready: /epmd running/,
      },
      {
        program: program('rabbitmq-server'),
        args: [],
        environment: await environmentOf(place, mapperPort),
        ready: /completed with \d+ plugins/,
      },
    ]
  },
}
