/** What a field of a query, or of an action, should have been, in words: a schema tells it to machines. */

const NAME = 'a name of 1 to 64 characters of A-Z a-z 0-9 . _ ~ : -'
const TIME = 'a time in whole milliseconds since 1970'

const EXPECTED = new Map([
  ['search', 'the beginning of a name, of A-Z a-z 0-9 . _ ~ : - and /'],
  ['store', NAME],
  ['driver', NAME],
  ['state', 'waiting, assigned, in-transit or delivered'],
  ['fromMs', TIME],
  ['toMs', TIME],
  ['onlyTrouble', 'true or false'],
  ['place', 'queue, retry or dead'],
  ['participant', 'fleet, driver/<id> or vendor/<store>/<id>'],
  ['entries', 'a list of at most 1000 names of entries, as their rows have them, or "all"'],
  ['action', 'pause, resume, replay or drop'],
  ['after', 'the `next` of the page before'],
])

/** Of `filter.state` and `entries.7` the name that whoever asks has written. */
const nameOf = (field: string): string => {
  const [first = '', second] = field.split('.')
  return first === 'filter' && second !== undefined ? second : first
}

const told = (name: string): string => {
  const expected = EXPECTED.get(name)
  return expected === undefined
    ? `${name}: nothing of this name is asked for here`
    : `${name}: expected ${expected}`
}

/** @param message if no field is to blame */
export const expectation = (fields: readonly string[], message: string): string =>
  fields.length === 0 ? message : [...new Set(fields.map(nameOf))].map(told).join('; ')
