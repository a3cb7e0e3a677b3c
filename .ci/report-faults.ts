/** Prints a check's faults, or that there are none, and sets the exit code. */
export const reportFaults = (check: string, faults: readonly string[]): void => {
  console.log(`${check}: ${faults.length === 0 ? 'nothing to complain about' : `${faults.length} to mend`}`)
  for (const fault of faults) console.error(`  ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
