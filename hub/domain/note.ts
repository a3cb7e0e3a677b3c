/** A small thing that the hub keeps beside orders and participants, and reads again when it starts: to whom an operator has stopped delivery, and what operators did. */
export interface Note {
  readonly kind: 'audit' | 'pause'
  /** Among those of its kind. Of what ids and participants' names are made of. */
  readonly name: string
  /** JSON. */
  readonly value: unknown
}
