/** What the load programmes print. */
import type { Report } from './report.ts'

/** Columns as wide as their widest cell. The first row is the head. */
export const tableOf = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padStart(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

/** @returns the exit code */
export const printReport = (report: Report, asJson: boolean): number => {
  const text = asJson ? JSON.stringify({ ok: report.ok, ...report.figures }) : report.lines.join('\n')
  process.stdout.write(`${text}\n`)
  return report.ok ? 0 : 1
}

/** For people who wait: never on the output that `--json` uses. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`)
