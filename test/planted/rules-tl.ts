import type { Plant } from './plant.ts'

const SERVED = ['test/system/tls.test.ts']

export const TL_PLANTS: readonly Plant[] = [
  {
    ...{ file: 'hub/start-lines.ts', tests: ['test/process/tls.test.ts'] },
    rule: 'TL1',
    name: 'a hub with a certificate says http',
    from: "hasTls ? 'https' : 'http'",
    to: "hasTls ? 'http' : 'https'",
  },
  {
    ...{ file: 'hub/http/server.ts', tests: SERVED },
    rule: 'TL2',
    name: 'TLS 1.1 will do',
    from: "minVersion: 'TLSv1.2'",
    to: "minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0'",
  },
  {
    ...{ file: 'hub/access/origin.ts', tests: SERVED },
    rule: 'TL4',
    name: 'a page of its own https origin is a stranger',
    from: 'site.allowedOrigins.includes(origin) ||\n    [',
    to: "site.allowedOrigins.includes(origin) ||\n    origin.startsWith('http:') && [",
  },
  {
    ...{ file: 'hub/tls.ts', tests: ['test/hub/tls.test.ts'] },
    rule: 'TL5',
    name: 'a certificate is taken with any key',
    from: '(cert !== null && !isKeyOf(key, cert))',
    to: 'key === cert',
  },
  {
    ...{ file: 'shared/link/hub-socket.ts', tests: ['test/process/tls.test.ts'] },
    rule: 'TL6',
    name: 'the link trusts whoever answers',
    from: '      reconnection: false,',
    to: '      reconnection: false,\n      rejectUnauthorized: false,',
  },
  {
    ...{ file: 'bin/simulation/plan.ts', tests: ['test/bin/simulation.test.ts'] },
    rule: 'TL7',
    name: 'the simulation goes to http whatever its hub speaks',
    from: 'environment.CAPS_TLS_CERT ?',
    to: "environment.CAPS_TLS_CERT === '' ?",
  },
]
