/**
 * The one error class of CAPS: something is wrong outside the expected outcomes, which are values. `code` is for programs,
 * `message` says to a person what was wrong, what was expected and what to do. `cause` keeps the error underneath.
 */
export class Fault extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Fault'
    this.code = code
  }
}

/** Text of anything that was thrown; never a stack. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
