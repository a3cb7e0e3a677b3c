/** What a test has opened and the root hooks close when it has ended, the newest first. */

type Close = () => unknown

const closing: Close[] = []

/** Calls `close` when the running test has ended, and waits for it if it gives a promise. */
export const atEndOfTest = (close: Close): void => void closing.push(close)

/** For the root hooks. */
export const closeAll = async (): Promise<void> => {
  for (const close of closing.splice(0).reverse()) await close()
}
