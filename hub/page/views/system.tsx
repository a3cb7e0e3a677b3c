/** The hub itself: how busy it is, what it runs on, and how it is set. */
import type { Hello, HubRow, Summary } from '../../../shared/watch.ts'
import type { Span } from '../addresses.ts'
import { bytes, figure, fullTime, milliseconds, share } from '../formats.ts'
import { Audit } from '../parts/audit.tsx'
import { Figure, Figures, Loading, Section } from '../parts/basics.tsx'
import { Course } from '../parts/course.tsx'
import { Age } from '../parts/time.tsx'
import { hello, summary } from '../state/store.ts'

const Machine = ({ system }: Summary) => {
  const { loopDelayP99Ms, sync, rssBytes, heapBytes, processorShare, diskFreeBytes } = system
  return (
    <Section title="Machine">
      <Figures>
        <Figure name="loop-delay" label="Loop delay, 99 %" value={milliseconds(loopDelayP99Ms)} />
        <Figure
          name="sync-p50"
          label="Sync to disk, half"
          value={sync === null ? '–' : milliseconds(sync.p50Ms)}
        />
        <Figure
          name="sync-p99"
          label="Sync to disk, 99 %"
          value={sync === null ? '–' : milliseconds(sync.p99Ms)}
        />
        <Figure name="group" label="Group size, mean" value={figure(sync?.meanGroup ?? null)} />
        <Figure name="processor" label="Of one core" value={share(processorShare)} />
        <Figure name="memory" label="Memory" value={bytes(rssBytes)} note={`heap ${bytes(heapBytes)}`} />
        <Figure
          name="disk"
          label="Disk left"
          value={diskFreeBytes === null ? 'not told' : bytes(diskFreeBytes)}
        />
      </Figures>
    </Section>
  )
}

const HubLine = ({ hub, toldMs, in: came, out, vendors, drivers, watchers, system }: HubRow) => (
  <tr>
    <th scope="row">{hub}</th>
    <td>{figure(came)}</td>
    <td>{figure(out)}</td>
    <td>{figure(vendors)}</td>
    <td>{figure(drivers)}</td>
    <td>{figure(watchers)}</td>
    <td>{system === null ? '–' : share(system.processorShare)}</td>
    <td>{system === null ? '–' : bytes(system.rssBytes)}</td>
    <td>
      <Age ms={toldMs} />
    </td>
  </tr>
)

/** All hubs on the database, this one first: the other figures of the page are those of all of them together. */
const Hubs = ({ hubs }: Summary) => (
  <Section title={`Hubs: ${hubs.length}`}>
    <table class="table" data-list="hubs">
      <thead>
        <tr>
          {['Hub', 'In', 'Out', 'Vendors', 'Drivers', 'Watching', 'Of a core', 'Memory', 'Told'].map(
            (name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {hubs.map((row) => (
          <HubLine key={row.hub} {...row} />
        ))}
      </tbody>
    </table>
  </Section>
)

const About = ({ version, protocol, startedMs, role }: Hello) => (
  <Section title="Hub">
    <dl class="facts">
      <dt>Version</dt>
      <dd>{version}</dd>
      <dt>Protocol</dt>
      <dd>{protocol}</dd>
      <dt>Started</dt>
      <dd>{fullTime(startedMs)}</dd>
      <dt>Runs for</dt>
      <dd>
        <Age ms={startedMs} />
      </dd>
      <dt>You are</dt>
      <dd>{role === 'operator' ? 'operator: you may pause, replay and drop' : 'observer: you may look'}</dd>
    </dl>
  </Section>
)

const settingText = (value: string | number | boolean | null): string =>
  value === null ? 'not set' : String(value)

const Settings = ({ settings }: Hello) => (
  <Section title="Configuration">
    <table class="table settings" data-list="settings">
      <thead>
        <tr>
          <th scope="col">Flag</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(settings).map(([flag, value]) => (
          <tr key={flag}>
            <th scope="row">
              <code>--{flag.replace(/^--/, '')}</code>
            </th>
            <td class={value === null ? 'zero' : ''}>{settingText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Section>
)

export const System = ({ span }: { readonly span: Span }) => {
  const [greeting, latest] = [hello.value, summary.value]
  if (greeting === null || latest === null) return <Loading />
  return (
    <>
      <Machine {...latest} />
      {latest.hubs.length > 0 && <Hubs {...latest} />}
      <Course view="system" span={span} />
      <div class="columns">
        <About {...greeting} />
        <Audit most={50} />
      </div>
      <Settings {...greeting} />
    </>
  )
}
