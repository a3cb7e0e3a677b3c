/** What could not be delivered: why, how often it was tried, and what to do with it. */
import { EVERYBODY } from '../../../shared/watch.ts'
import { Empty, Section } from '../parts/basics.tsx'
import { DeadLetterList } from '../parts/dead-letter-list.tsx'
import { ExportButton } from '../parts/export-button.tsx'
import { Field } from '../parts/fields.tsx'
import { Link } from '../parts/link.tsx'
import { Pager } from '../parts/pager.tsx'
import { Shown } from '../parts/shown.tsx'
import { go } from '../state/navigation.ts'

interface DeadLettersProps {
  readonly participant: string
  readonly after: string | null
}

const None = ({ participant }: DeadLettersProps) =>
  participant === '' ? (
    <Empty title="No dead letters">
      An event comes here when a participant has rejected it, or not acknowledged it in time, as often as the
      delivery limit allows.
    </Empty>
  ) : (
    <Empty title="This participant has no dead letters">
      <Link to={{ name: 'dead-letters', participant: '', after: null }}>Show those of all</Link>
    </Empty>
  )

export const DeadLetters = (props: DeadLettersProps) => {
  const { participant, after } = props
  return (
    <Section title="Dead letters">
      <search class="filter">
        <Field
          label="Participant"
          kind="search"
          hint="driver/7 or vendor/flowers/main"
          value={participant}
          onValue={(text) => go({ name: 'dead-letters', participant: text, after: null }, true)}
          isWide
        />
      </search>
      <Shown kind="dead-letters">
        {({ list }) =>
          list.rows.length === 0 && list.next === null && after === null ? (
            <None {...props} />
          ) : (
            <>
              <DeadLetterList
                rows={list.rows}
                all={{ whose: participant || EVERYBODY, count: list.count }}
                hasParticipant={true}
              >
                <ExportButton participant={participant} />
              </DeadLetterList>
              <Pager
                list={list}
                noun={['dead letter', 'dead letters']}
                isFirst={after === null}
                at={(place) => ({ name: 'dead-letters', participant, after: place })}
              />
            </>
          )
        }
      </Shown>
    </Section>
  )
}
