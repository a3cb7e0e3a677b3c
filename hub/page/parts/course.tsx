/** The charts of a view, over a minute or an hour. */
import type { Span } from '../addresses.ts'
import { Section } from './basics.tsx'
import { Charts } from './charts.tsx'
import { Link } from './link.tsx'

interface CourseProps {
  /** The one that they stand in. */
  readonly view: 'now' | 'system'
  readonly span: Span
}

const SpanSwitch = ({ view, span }: CourseProps) => (
  <nav class="switch" aria-label="Time of the charts">
    <Link to={{ name: view, span: 'minute' }} isCurrent={span === 'minute'}>
      Minute
    </Link>
    <Link to={{ name: view, span: 'hour' }} isCurrent={span === 'hour'}>
      Hour
    </Link>
  </nav>
)

export const Course = (props: CourseProps) => (
  <Section title="Course" aside={<SpanSwitch {...props} />}>
    <Charts span={props.span} />
  </Section>
)
