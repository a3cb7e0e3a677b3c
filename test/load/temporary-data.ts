/** A data folder below the system's temporary one, for as long as `work` runs; and how large it is. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const withTemporaryData = async <T>(
  prefix: string,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), prefix))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** Of all files in it. A file that goes meanwhile counts nothing. */
export const bytesIn = async (folder: string): Promise<number> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = files.map((file) =>
    file.isFile()
      ? stat(join(file.parentPath, file.name)).then(
          ({ size }) => size,
          () => 0,
        )
      : Promise.resolve(0),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
