import { signal } from '@preact/signals'

/** The driver that is pointed at, or has the focus, in the list beside the map. */
export const hinted = signal<string | null>(null)
