import type { Peer } from '../peer.ts'

export const nats: Peer = {
  name: 'nats',
  title: 'NATS JetStream',
  durable: 'no: confirmed when written to the file; the file is synced every 2 minutes',
  install: 'nats-server',
  programs: ['nats-server'],
  plans: async ({ folder, port }, program) => [
    {
      program: program('nats-server'),
      args: ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder],
      ready: /Server is ready/,
    },
  ],
}
