import { JSON_TEXT, jsonOf, type WithJsonText } from '../../shared/json-text.ts'
import type { EventName, EventPayload, HandedEvent } from '../../shared/protocol.ts'
import type { Handover } from '../delivery/ports.ts'

/** An event as it is handed over. Its JSON is put together from that of its payload, which all who get the event share. */
export class Handed implements HandedEvent, WithJsonText {
  readonly id: string
  readonly event: EventName
  readonly time: string
  readonly payload: EventPayload
  readonly entry: string
  readonly attempt: number
  declare readonly replay?: true

  constructor({ entry, token, attempt }: Handover) {
    this.id = entry.id
    this.event = entry.event
    this.time = entry.time
    this.payload = entry.payload
    this.entry = token
    this.attempt = attempt
    if (entry.replay) this.replay = true
  }

  /** Ids, names, times and tokens hold no character that JSON would escape. */
  get [JSON_TEXT](): string {
    const { id, event, time, payload, entry, attempt } = this
    const replay = this.replay ? ',"replay":true' : ''
    return `{"id":"${id}","event":"${event}","time":"${time}","payload":${jsonOf(payload)},"entry":"${entry}","attempt":${attempt}${replay}}`
  }
}
