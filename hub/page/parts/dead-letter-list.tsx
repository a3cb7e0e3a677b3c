/** Dead letters with what an operator can do with them: replay or drop one, some or all, and take them along as JSON. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { type EntryRow, EVERYBODY } from '../../../shared/watch.ts'
import { counted, figure } from '../formats.ts'
import { isOperator } from '../state/store.ts'
import { participantWords } from '../words.ts'
import { Button } from './basics.tsx'
import { Confirm } from './confirm.tsx'
import { Entries, entryName, type Selection } from './entries.tsx'
import { perform, performOnAll } from './notice.tsx'

type Deed = 'replay' | 'drop'

interface Plan {
  readonly deed: Deed
  readonly isAll: boolean
}

/** By participant, since that is how the hub is told. */
const entriesOf = (rows: readonly EntryRow[]): Map<string, string[]> => {
  const entries = new Map<string, string[]>()
  for (const { participant, entry } of rows)
    entries.set(participant, [...(entries.get(participant) ?? []), entry])
  return entries
}

const carryOut = (deed: Deed, rows: readonly EntryRow[]): Promise<void> =>
  perform(...[...entriesOf(rows)].map(([participant, entries]) => ({ action: deed, participant, entries })))

const namesOf = (rows: readonly EntryRow[]): string =>
  [...new Set(rows.map(({ participant }) => participantWords(participant)))].join(', ')

/** Whose letters `all` are: one participant's or everybody's, and how many there are. */
export interface AllLetters {
  readonly whose: string
  readonly count: number
}

const WORDS: Readonly<
  Record<Deed, { title: (what: string) => string; word: string; kind: 'primary' | 'danger' }>
> = {
  replay: { title: (what) => `Replay ${what}?`, word: 'Replay', kind: 'primary' },
  drop: { title: (what) => `Drop ${what} for good?`, word: 'Drop', kind: 'danger' },
}

const Question = (props: {
  plan: Plan
  selected: readonly EntryRow[]
  all: AllLetters
  onClose: () => void
  onDone: () => void
}) => {
  const { plan, selected, all, onClose, onDone } = props
  const { title, word, kind } = WORDS[plan.deed]
  const count = plan.isAll ? all.count : selected.length
  const names = plan.isAll ? whoseNames(all) : namesOf(selected)
  const deed = () =>
    plan.isAll ? performOnAll(plan.deed, all.whose, all.count) : carryOut(plan.deed, selected)
  return (
    <Confirm
      title={title(`${plan.isAll && count > 1 ? 'all ' : ''}${counted(count, 'dead letter')}`)}
      word={word}
      kind={kind}
      onClose={onClose}
      onConfirm={() => deed().then(onDone)}
    >
      <p>
        {plan.deed === 'drop' ? (
          <>
            What is dropped is gone: <b>{names}</b> will never hear of it.
          </>
        ) : (
          <>
            Handed over once more, marked as a replay, to <b>{names}</b>.
          </>
        )}
        {plan.isAll && ' All means those that there are now, on all pages.'}
      </p>
    </Confirm>
  )
}

const whoseNames = ({ whose }: AllLetters): string =>
  whose === EVERYBODY ? 'the participants they were for' : participantWords(whose)

const useSelection = (rows: readonly EntryRow[]) => {
  const names = useSignal<ReadonlySet<string>>(new Set())
  // What has gone is selected no more.
  const selected = rows.filter((row) => names.value.has(entryName(row)))
  const isAll = selected.length === rows.length && rows.length > 0
  const selection: Selection = {
    isAll,
    has: (entry) => names.value.has(entryName(entry)),
    toggle(entry) {
      const next = new Set(names.value)
      if (!next.delete(entryName(entry))) next.add(entryName(entry))
      names.value = next
    },
    toggleAll() {
      names.value = new Set(isAll ? [] : rows.map(entryName))
    },
  }
  const clear = () => {
    names.value = new Set()
  }
  return { selected, selection, clear }
}

interface DeadLetterListProps {
  readonly rows: readonly EntryRow[]
  readonly all: AllLetters
  readonly hasParticipant: boolean
  /** Further buttons. */
  readonly children?: ComponentChildren
}

export const DeadLetterList = ({ rows, all, hasParticipant, children }: DeadLetterListProps) => {
  const { selected, selection, clear } = useSelection(rows)
  const plan = useSignal<Plan | null>(null)
  const ask = (next: Plan | null) => {
    plan.value = next
  }
  const buttons = (deed: Deed, icon: 'replay' | 'trash') => (
    <>
      <Button
        icon={icon}
        isDisabled={selected.length === 0}
        action={`${deed}-selected`}
        onClick={() => {
          // To replay is harmless and common; it needs no question unless it is for all.
          if (deed === 'replay') carryOut(deed, selected).then(clear)
          else ask({ deed, isAll: false })
        }}
      >
        {WORDS[deed].word}{' '}
        {selected.length > 0 ? counted(selected.length, 'selected', 'selected') : 'selected'}
      </Button>
      <Button icon={icon} action={`${deed}-all`} onClick={() => ask({ deed, isAll: true })}>
        {WORDS[deed].word} all{all.count > rows.length && ` ${figure(all.count)}`}
      </Button>
    </>
  )
  return (
    <>
      <div class="actions bar">
        {isOperator.value && buttons('replay', 'replay')}
        {isOperator.value && buttons('drop', 'trash')}
        {children}
      </div>
      <Entries
        rows={rows}
        place="dead"
        hasParticipant={hasParticipant}
        {...(isOperator.value && { selection })}
      />
      {plan.value !== null && (
        <Question plan={plan.value} selected={selected} all={all} onClose={() => ask(null)} onDone={clear} />
      )}
    </>
  )
}
