/** The keys of the tokens, from `CAPS_SECRET`. The first one signs, all verify: so a new key comes in front, and the old one goes when its last token has expired. */

export interface Key {
  /** Stands in the head of every token that was signed with it. */
  readonly id: string
  readonly secret: Uint8Array
}

export interface Keys {
  readonly signing: Key
  /** By key id. */
  readonly verifying: ReadonlyMap<string, Key>
}

export const SHORTEST_SECRET = 32
const MOST_KEYS = 2
const DEFAULT_ID = 'default'

/** A secret is of visible ASCII characters, without the comma that parts two keys and the colon that parts it from its id. */
const KEY = new RegExp(`^(?:(?<id>[A-Za-z0-9._-]{1,32}):)?(?<secret>[!-+\\--9;-~]{${SHORTEST_SECRET},512})$`)

const keyOf = (text: string): Key | null => {
  const { id = DEFAULT_ID, secret } = KEY.exec(text)?.groups ?? {}
  return secret === undefined ? null : { id, secret: new TextEncoder().encode(secret) }
}

/** @returns null if the text is not one or two keys `<key id>:<secret>`, joined by a comma, with different ids */
export const keysOf = (text: string): Keys | null => {
  const keys = text.split(',').map(keyOf)
  const found = keys.filter((key): key is Key => key !== null)
  const verifying = new Map(found.map((key) => [key.id, key]))
  const isWhole = found.length === keys.length && verifying.size === keys.length && keys.length <= MOST_KEYS
  return isWhole ? { signing: found[0]!, verifying } : null
}
