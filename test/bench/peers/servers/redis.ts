import type { Peer } from '../peer.ts'

export const redis: Peer = {
  name: 'redis',
  title: 'Redis Streams',
  durable:
    'yes, one node: a reply leaves after the append-only file has been written and synced (appendfsync always)',
  install: 'redis-server',
  programs: ['redis-server'],
  plans: async ({ folder, port }, program) => [
    {
      program: program('redis-server'),
      args: [
        ...['--bind', '127.0.0.1', '--port', String(port)],
        ...['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
      ],
      ready: /Ready to accept connections/,
    },
  ],
}
