/** What a run of images has shown, in words and as JSON. */
import type { Checked } from './checker.ts'
import { KINDS } from './image.ts'

export interface ReportViolation {
  readonly seed: number
  readonly image: number
  readonly recording: number
  readonly boundary: number
  readonly kind: string
  readonly journal: string
  readonly faults: readonly string[]
  /** Builds that image alone. */
  readonly command: string
}

export interface Report {
  readonly images: number
  /** Images that differ from all others. */
  readonly distinct: number
  readonly byKind: Readonly<Record<string, number>>
  readonly boundaries: number
  /** Images that were cut during the recovery of another one. */
  readonly recoveries: number
  /** Confirmed events and stored items that were looked for, in all images together. */
  readonly confirmedChecked: number
  readonly storedChecked: number
  readonly seconds: number
  readonly violations: readonly ReportViolation[]
}

interface Run {
  readonly seed: number
  readonly planFile: string
  readonly boundaries: number
  readonly seconds: number
  readonly checked: readonly Checked[]
}

const violationsIn = ({ seed, planFile, checked }: Run): ReportViolation[] =>
  checked
    .filter(({ faults }) => faults.length > 0)
    .map(({ image: { number, recording, boundary, kind, journal }, faults }) => ({
      seed,
      image: number,
      recording,
      boundary,
      kind,
      journal,
      faults,
      command: `npm run power -- --plan ${planFile} --image ${number} --keep <folder>`,
    }))

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

export const reportOf = (run: Run): Report => {
  const { checked } = run
  return {
    images: checked.length,
    distinct: new Set(checked.map(({ digest }) => digest)).size,
    byKind: Object.fromEntries(
      KINDS.map((kind) => [kind, checked.filter(({ image }) => image.kind === kind).length]),
    ),
    boundaries: run.boundaries,
    recoveries: checked.filter(({ image }) => image.recording > 0).length,
    confirmedChecked: sum(checked.map(({ confirmed }) => confirmed)),
    storedChecked: sum(checked.map(({ stored }) => stored)),
    seconds: Math.round(run.seconds * 10) / 10,
    violations: violationsIn(run),
  }
}

const PRINTED = 10

const told = ({ image, recording, boundary, kind, journal, faults, command }: ReportViolation): string =>
  [
    `image ${image}: recording ${recording}, boundary ${boundary}, ${kind}, ${journal}`,
    ...faults.map((fault) => `  ${fault}`),
    `  ${command}`,
  ].join('\n')

export const inWords = (report: Report): string => {
  const kinds = Object.entries(report.byKind).map(([kind, count]) => `${kind} ${count}`)
  return [
    `${report.images} images (${report.distinct} different ones) at ${report.boundaries} boundaries, ${report.recoveries} of them cut during a recovery, in ${report.seconds} s`,
    `  ${kinds.join(', ')}`,
    `  looked for ${report.confirmedChecked} confirmed events and ${report.storedChecked} stored items`,
    `${report.violations.length} violations`,
    ...report.violations.slice(0, PRINTED).map(told),
  ].join('\n')
}
