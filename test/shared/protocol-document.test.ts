import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { TSchema } from 'typebox'
import { CODES } from '../../shared/codes.ts'
import { DETAILS_LIMITS } from '../../shared/details.ts'
import { ID_PATTERN } from '../../shared/ids.ts'
import * as messages from '../../shared/messages.ts'

const document = readFileSync('docs/PROTOCOL.md', 'utf8')

/** Rows of the first table below a heading, as trimmed cells. */
const tableUnder = (heading: string): string[][] => {
  const lines = document.split(/\r?\n/)
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  expect(start, `docs/PROTOCOL.md has no heading "${heading}"`).not.to.equal(-1)
  const section = lines.slice(start + 1)
  const table = section.slice(section.findIndex((line) => line.startsWith('|')))
  const end = table.findIndex((line) => !line.startsWith('|'))
  return table.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What of a schema the document speaks about. */
interface Shape {
  readonly type?: string
  readonly pattern?: string
  readonly patternProperties?: object
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly items?: Shape
  readonly anyOf?: readonly { readonly const?: string }[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
}

const number = (value: number) => value.toLocaleString('en-US')

const lengthOf = ({ minLength = 0, maxLength = 0 }: Shape): string =>
  minLength === 0 ? `at most ${number(maxLength)}` : `${minLength} to ${number(maxLength)}`

const rangeOf = ({ minimum, maximum }: Shape): string => {
  if (minimum === undefined) return ''
  return maximum === Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`
}

const listForm = ({ maxItems, items = {} }: Shape): string =>
  maxItems === undefined
    ? 'list'
    : `list of at most ${number(maxItems)} ${formOf(items).replace(/^(text|object)/, '$1s')}`

const FORMS: Readonly<Record<string, (shape: Shape) => string>> = {
  string: (shape) => (shape.pattern === ID_PATTERN ? 'name' : `text of ${lengthOf(shape)} characters`),
  integer: (shape) => `whole number${rangeOf(shape)}`,
  number: (shape) => `number${rangeOf(shape)}`,
  boolean: () => 'true or false',
  object: (shape) => (shape.patternProperties === undefined ? 'object' : 'open object'),
  array: listForm,
}

/** The words of the document for what a schema allows. */
const formOf = (shape: Shape): string => {
  if (shape.anyOf !== undefined) return shape.anyOf.map((choice) => `\`${choice.const}\``).join(' or ')
  if (shape.type === undefined) return 'anything'
  return FORMS[shape.type]?.(shape) ?? `a new kind of form: ${shape.type}`
}

const fieldRows = ({ properties = {}, required = [] }: Shape): string[][] =>
  Object.entries(properties).map(([name, shape]) => [
    `\`${name}\``,
    formOf(shape),
    required.includes(name) ? 'required' : 'optional',
  ])

describe('docs/PROTOCOL.md', () => {
  it('[MS9] lists every code as the code table has it, with cause and advice', () => {
    const rows = tableUnder('Refusal codes')
    const expected = Object.entries(CODES).map(([code, { at, temporary }]) => [
      `\`${code}\``,
      at,
      temporary ? 'temporary' : 'permanent',
    ])
    expect(rows.map((row) => row.slice(0, 3))).to.deep.equal(expected)
    expect(rows.filter(([, , , cause, advice]) => !cause || !advice)).to.deep.equal([])
  })

  const TABLES: Readonly<Record<string, TSchema>> = {
    'Fields of the handshake': messages.HandshakeSchema,
    'Fields of an order (`pickup`)': messages.OrderSchema,
    'Fields of progress (`in-transit`, `delivered`)': messages.ProgressSchema,
    'Fields of an element of `publish`': messages.PublicationSchema,
    'Fields of an element of `reject`': messages.RejectSchema.items,
    "Fields of a callback's rejection": messages.HandoverReplySchema,
    'Fields of `release`': messages.ReleaseSchema,
    'Fields of `track`': messages.TrackSchema,
    'Fields of `position`': messages.PositionSchema,
  }
  for (const [heading, schema] of Object.entries(TABLES))
    it(`[MS10] says what the schema says: ${heading}`, () => {
      expect(tableUnder(heading).map((row) => row.slice(0, 3))).to.deep.equal(fieldRows(schema as Shape))
    })

  it('[MS10] lists every message with the form of its argument', () => {
    const described = Object.fromEntries(tableUnder('Messages').map(([name, , argument]) => [name, argument]))
    const forms = Object.entries(messages.INBOUND_SCHEMAS).map(([name, schema]) => [
      `\`${name}\``,
      formOf(schema as Shape),
    ])
    expect(described).to.deep.equal({
      ...Object.fromEntries(forms),
      '`assignments`': 'none',
      '`leave`': 'none',
    })
  })

  it('[MS10] has a table of fields for every message that takes an object', () => {
    const known = new Set<unknown>(Object.values(TABLES))
    const objects = Object.entries(messages.INBOUND_SCHEMAS).filter(([, { type }]) => type === 'object')
    expect(objects.filter(([, schema]) => !known.has(schema))).to.deep.equal([])
  })

  it('[MS4][MS10] tells the bounds of details', () => {
    const { bytes, depth, keys, stringLength } = DETAILS_LIMITS
    const words = `at most ${depth} levels deep, ${keys} keys and list elements in all, strings of at most ${number(stringLength)} characters`
    expect(document).to.include(words)
    expect(document).to.include(`${bytes / 1024} KiB in all`)
  })
})
