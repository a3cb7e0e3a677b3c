/** Dead letters with what an operator can do with them: replay or drop one, some or all, and take them along as JSON. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { EntryRow } from '../../../shared/watch.ts'
import { counted } from '../formats.ts'
import { isOperator } from '../state/store.ts'
import { participantWords } from '../words.ts'
import { Button } from './basics.tsx'
import { Confirm } from './confirm.tsx'
import { Entries, entryName, type Selection } from './entries.tsx'
import { perform } from './notice.tsx'

type Deed = 'replay' | 'drop'

interface Plan {
  readonly deed: Deed
  readonly isAll: boolean
}

/** By participant, since that is how the hub is told. */
const targetsOf = (rows: readonly EntryRow[], isAll: boolean): Map<string, string[] | 'all'> => {
  const targets = new Map<string, string[] | 'all'>()
  for (const { participant, entry } of rows) {
    const entries = targets.get(participant) ?? []
    targets.set(participant, isAll || entries === 'all' ? 'all' : [...entries, entry])
  }
  return targets
}

const carryOut = ({ deed, isAll }: Plan, rows: readonly EntryRow[]): Promise<void> =>
  perform(
    ...[...targetsOf(rows, isAll)].map(([participant, entries]) => ({ action: deed, participant, entries })),
  )

const namesOf = (rows: readonly EntryRow[]): string =>
  [...new Set(rows.map(({ participant }) => participantWords(participant)))].join(', ')

const WORDS: Readonly<
  Record<Deed, { title: (what: string) => string; word: string; kind: 'primary' | 'danger' }>
> = {
  replay: { title: (what) => `Replay ${what}?`, word: 'Replay', kind: 'primary' },
  drop: { title: (what) => `Drop ${what} for good?`, word: 'Drop', kind: 'danger' },
}

const Question = (props: {
  plan: Plan
  rows: readonly EntryRow[]
  onClose: () => void
  onDone: () => void
}) => {
  const { plan, rows, onClose, onDone } = props
  const { title, word, kind } = WORDS[plan.deed]
  const what = plan.isAll ? 'all dead letters' : counted(rows.length, 'dead letter')
  return (
    <Confirm
      title={title(what)}
      word={word}
      kind={kind}
      onClose={onClose}
      onConfirm={() => carryOut(plan, rows).then(onDone)}
    >
      <p>
        {plan.deed === 'drop' ? (
          <>
            What is dropped is gone: <b>{namesOf(rows)}</b> will never hear of it.
          </>
        ) : (
          <>
            Handed over once more, marked as a replay, to <b>{namesOf(rows)}</b>.
          </>
        )}
        {plan.isAll && ' All means all that there are, not only those on this page.'}
      </p>
    </Confirm>
  )
}

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
  readonly hasParticipant: boolean
  /** Further buttons. */
  readonly children?: ComponentChildren
}

export const DeadLetterList = ({ rows, hasParticipant, children }: DeadLetterListProps) => {
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
          if (deed === 'replay') carryOut({ deed, isAll: false }, selected).then(clear)
          else ask({ deed, isAll: false })
        }}
      >
        {WORDS[deed].word}{' '}
        {selected.length > 0 ? counted(selected.length, 'selected', 'selected') : 'selected'}
      </Button>
      <Button icon={icon} action={`${deed}-all`} onClick={() => ask({ deed, isAll: true })}>
        {WORDS[deed].word} all
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
        <Question
          plan={plan.value}
          rows={plan.value.isAll ? rows : selected}
          onClose={() => ask(null)}
          onDone={clear}
        />
      )}
    </>
  )
}
