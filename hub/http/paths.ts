/** From an address to the route whose it is. Paths are taken as they come: nothing is resolved, no dots, no doubled slashes. Pure. */
import { isId } from '../../shared/ids.ts'

export interface Address {
  readonly path: string
  readonly query: URLSearchParams
}

export const addressOf = (url: string): Address => {
  const [path = '', ...query] = url.split('?')
  return { path, query: new URLSearchParams(query.join('?')) }
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}

/** The parameters of a path that is of a pattern; null if it is not. A parameter is a name (shared/ids.ts), whatever it is the name of. */
export const paramsOf = (pattern: string, path: string): Record<string, string> | null => {
  const expected = pattern.split('/')
  const segments = path.split('/')
  if (segments.length !== expected.length) return null
  const params: [string, string][] = []
  for (const [index, part] of expected.entries()) {
    const segment = segments[index]!
    if (!part.startsWith(':')) {
      if (part !== segment) return null
      continue
    }
    const value = decoded(segment)
    if (!isId(value)) return null
    params.push([part.slice(1), value])
  }
  return Object.fromEntries(params)
}
