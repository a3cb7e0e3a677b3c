/**
 * Names on the wire. A store, a participant's id and an order id are 1 to 64 characters of `A-Z a-z 0-9 . _ ~ : -`, so that `/`
 * can join them into keys without escaping.
 */

export const ID_PATTERN = '^[A-Za-z0-9._~:-]{1,64}$'

const idExpression = new RegExp(ID_PATTERN)

export const isId = (text: string): boolean => idExpression.test(text)

/** `vendor/<store>/<id>` or `driver/<id>`: a durable identity that the hub queues for. */
export type ParticipantId = string & { readonly __brand: 'ParticipantId' }

/** `<store>/<orderId>`: stores choose their order ids, so two stores may use the same one. */
export type OrderKey = string & { readonly __brand: 'OrderKey' }

export const vendorId = (store: string, id: string): ParticipantId => `vendor/${store}/${id}` as ParticipantId

export const driverId = (id: string): ParticipantId => `driver/${id}` as ParticipantId

export const orderKey = (store: string, orderId: string): OrderKey => `${store}/${orderId}` as OrderKey

/** The queue of pickups that all drivers share. No participant can bear this name: theirs hold a slash. */
export const FLEET = 'fleet' as ParticipantId

/** Store of a vendor's participant id; null for a driver or the fleet. */
export const storeOf = (participant: ParticipantId): string | null => {
  const [role, store] = participant.split('/')
  return role === 'vendor' && store !== undefined ? store : null
}

/** As `storeOf`, for those who name the stores that they read: none or one. */
export const storesOf = (participant: ParticipantId): readonly string[] => {
  const store = storeOf(participant)
  return store === null ? [] : [store]
}

/** Id of a driver's participant id; null for a vendor or the fleet. */
export const driverOf = (participant: ParticipantId): string | null => {
  const [role, id] = participant.split('/')
  return role === 'driver' && id !== undefined ? id : null
}

const escaped = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** Names of devices, which Windows does not give to a folder. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/

/**
 * A folder name for an id, the same on every file system that CAPS runs on: whatever is not a lower-case letter, a digit, `_` or `-` is
 * written as `%` and two hexadecimal digits. So `..` and `:` lose their meaning, and `A` and `a` differ where file names have no case.
 */
export const folderNameOf = (id: string): string => {
  const name = id.replace(/[^a-z0-9_-]/g, escaped)
  return DEVICE.test(name) ? name.replace(/^./, escaped) : name
}
