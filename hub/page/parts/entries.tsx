/** Entries of a queue, or dead letters: what, of which order, how often it was tried and why it failed. */
import type { EntryRow } from '../../../shared/watch.ts'
import { orderView, queueView } from '../addresses.ts'
import { counted } from '../formats.ts'
import { EVENT_WORDS, participantWords } from '../words.ts'
import { Link } from './link.tsx'
import { Time } from './time.tsx'

/** Positions ascend over the whole hub, so an entry's name alone would do; with its participant it surely does. */
export const entryName = ({ participant, entry }: EntryRow): string => `${participant} ${entry}`

export interface Selection {
  has(entry: EntryRow): boolean
  toggle(entry: EntryRow): void
  toggleAll(): void
  readonly isAll: boolean
}

const Failures = ({ failures }: EntryRow) => {
  const last = failures.at(-1)
  if (last === undefined) return <span class="zero">none</span>
  return (
    <details class="failures">
      <summary>
        {counted(failures.length, 'time')}: {last.reason}
      </summary>
      <ol>
        {failures.map(({ time, reason }, index) => (
          <li key={`${index} ${time}`}>
            <Time ms={Date.parse(time)} /> <span>{reason}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}

interface RowProps {
  readonly entry: EntryRow
  readonly selection: Selection | undefined
  readonly hasParticipant: boolean
  readonly hasTime: boolean
}

const Row = ({ entry, selection, hasParticipant, hasTime }: RowProps) => (
  <tr data-entry={entry.entry}>
    {selection !== undefined && (
      <td class="pick">
        <input
          type="checkbox"
          aria-label={`Select ${EVENT_WORDS[entry.event]} of ${entry.order}`}
          checked={selection.has(entry)}
          onChange={() => selection.toggle(entry)}
        />
      </td>
    )}
    <th scope="row">
      <Link to={orderView(entry.order)} class="id">
        {entry.order}
      </Link>
    </th>
    <td data-label="Event">{EVENT_WORDS[entry.event] ?? entry.event}</td>
    {hasParticipant && (
      <td data-label="For">
        <Link to={queueView(entry.participant, 'dead')}>{participantWords(entry.participant)}</Link>
      </td>
    )}
    <td data-label="Failed" class="text">
      <Failures {...entry} />
    </td>
    <td data-label="Happened" class="number">
      <Time ms={entry.eventMs} />
    </td>
    {hasTime && (
      <td data-label={entry.place === 'dead' ? 'Given up' : 'Due'} class="number">
        {entry.timeMs === null ? '–' : <Time ms={entry.timeMs} />}
      </td>
    )}
  </tr>
)

interface EntriesProps {
  readonly rows: readonly EntryRow[]
  readonly place: EntryRow['place']
  readonly hasParticipant?: boolean
  readonly selection?: Selection
}

export const Entries = ({ rows, place, hasParticipant = false, selection }: EntriesProps) => (
  <table class="table" data-list="entries">
    <thead>
      <tr>
        {selection !== undefined && (
          <th scope="col" class="pick">
            <input
              type="checkbox"
              aria-label="Select all on this page"
              checked={selection.isAll}
              onChange={selection.toggleAll}
            />
          </th>
        )}
        <th scope="col">Order</th>
        <th scope="col">Event</th>
        {hasParticipant && <th scope="col">For</th>}
        <th scope="col">Failed</th>
        <th scope="col" class="number">
          Happened
        </th>
        {place !== 'queue' && (
          <th scope="col" class="number">
            {place === 'dead' ? 'Given up' : 'Due'}
          </th>
        )}
      </tr>
    </thead>
    <tbody>
      {rows.map((entry) => (
        <Row
          key={entryName(entry)}
          entry={entry}
          selection={selection}
          hasParticipant={hasParticipant}
          hasTime={place !== 'queue'}
        />
      ))}
    </tbody>
  </table>
)
