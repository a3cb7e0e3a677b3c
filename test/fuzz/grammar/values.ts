/** JSON, as text, that programs have stumbled over: text, since much of it no encoder would write. */
import type { Seeded } from '../../support/seeded.ts'

const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '0.1',
  '1e308',
  '1e999',
  '-1e999',
  '1e-999',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '99999999999999999999',
]
const TEXTS = [
  '""',
  '"x"',
  '"."',
  '".."',
  '"main"',
  '"fleet"',
  '"__proto__"',
  '"constructor"',
  '"prototype"',
  '"hasOwnProperty"',
  '"toString"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\\u2028\\u2029"',
  '"\\u0001\\u001f\\u007f"',
  '"ﷺ😀é"',
  '"../../../../etc/passwd"',
  '"vendor/healthy-0/main"',
  '"driver/healthy-driver-0"',
  '"healthy-0"',
  '"a/b"',
  '"%2e%2e%2f"',
  '"<script>alert(1)</script>"',
  `"'; drop table orders; --"`,
  '"$where"',
  '"\\r\\nSet-Cookie: a=b"',
  '"\\u001b[2J"',
]
const OBJECTS = [
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[[[[[[[[[[]]]]]]]]]]',
  '{"":""}',
  '{"a":1,"a":2}',
  '{"__proto__":{"ok":true}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"ok":true}}}',
  '{"toString":1}',
  '{"toJSON":"x"}',
  '{"then":"x"}',
  '{"length":4294967295}',
  '{"_placeholder":true,"num":0}',
  '{"_placeholder":true,"num":-1}',
  '{"_placeholder":true,"num":"splice"}',
  '{"_placeholder":true,"num":1e9}',
  '{"type":"Buffer","data":[1,2,3]}',
  '{"base64":true}',
  '{"$ne":null}',
]

const ALL = [...NUMBERS, ...TEXTS, ...OBJECTS]

const LONG_TEXTS = [65, 201, 501, 8193, 20_000].map((length) => JSON.stringify('x'.repeat(length)))
/** One in this many is long. */
const LONG_EVERY = 64

export const hostileValue = (random: Seeded): string =>
  random.whole(1, LONG_EVERY) === 1 ? random.oneOf(LONG_TEXTS) : random.oneOf(ALL)

const KEYS = [
  'a',
  'note',
  'size',
  'at',
  'lines',
  '',
  '0',
  '__proto__',
  'constructor',
  'toJSON',
  'é',
  'x'.repeat(300),
]
const DEEPEST = 12

/** An object or a list of some depth, mostly within the bounds of `details`. */
export const nestedValue = (random: Seeded, depth = 0): string => {
  if (depth >= DEEPEST || random.whole(0, 3) === 0) return hostileValue(random)
  const members = Array.from({ length: random.whole(0, 3) }, () => nestedValue(random, depth + 1))
  if (random.whole(0, 1) === 0) return `[${members.join(',')}]`
  return `{${members.map((value) => `${JSON.stringify(random.oneOf(KEYS))}:${value}`).join(',')}}`
}
