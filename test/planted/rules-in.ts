import { INTAKE } from './parts.ts'
import type { Plant } from './plant.ts'

const IN = { file: 'hub/intake/intake.ts', tests: INTAKE } as const

export const IN_PLANTS: readonly Plant[] = [
  {
    ...IN,
    rule: 'IN1',
    name: 'answers a repeat before the first is synced',
    from: 'decide: (transaction) => this.#decideAll(transaction, frame),',
    to: 'decide: (transaction) => {\n        this.#decideAll(transaction, frame)\n        queueMicrotask(() => frame.receipts.every((one) => one.ok && one.duplicate) && reply(frame.receipts))\n      },',
  },
  {
    ...IN,
    rule: 'IN2',
    name: 'a refused event takes the next one of its frame with it',
    from: 'one.ok ? this.#decide(transaction, one.proposal, frame) : one,',
    to: "(frame.decoded.find((other): other is Refused => !other.ok && other.code === 'malformed' && frame.decoded.indexOf(other) + 1 === frame.decoded.indexOf(one)) ?? (one.ok ? this.#decide(transaction, one.proposal, frame) : one)),",
  },
  {
    ...IN,
    rule: 'IN3',
    name: 'a frame that is too long is taken',
    from: 'return frame.length > batchLength',
    to: 'return frame.length > batchLength + 1',
  },
  {
    rule: 'IN4',
    name: 'the offending fields are not named',
    file: 'hub/intake/decode.ts',
    tests: INTAKE,
    from: "refusal('malformed', decoded.message, { fields: decoded.fields })",
    to: "refusal('malformed', decoded.message)",
  },
  {
    ...IN,
    rule: 'IN5',
    name: 'limits refuse later events of accepted orders',
    from: 'const refused = isNew ? ',
    to: "const refused = decision.kind === 'accept' ? ",
  },
  {
    ...IN,
    rule: 'IN6',
    name: 'a hub that stops takes new events',
    from: 'if (this.#isDraining) return refusal(',
    to: 'if (this.#isDraining && events === 0) return refusal(',
  },
  {
    ...IN,
    rule: 'IN7',
    name: 'the entries of a delivery are not counted with its order',
    from: 'const owed = recipients.length -',
    to: "const owed = (event === 'delivered' ? 1 : recipients.length) -",
  },
  {
    ...IN,
    rule: 'IN8',
    name: 'a pickup stays in the retries when a driver takes its order',
    from: "if (place !== 'leased') transaction.take(",
    to: "if (place === 'queue') transaction.take(",
  },
]
