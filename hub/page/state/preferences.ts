/** What whoever looks likes; it stays on this machine. */
import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
export type Times = 'relative' | 'absolute'

const read = <T extends string>(key: string, values: readonly T[]): T => {
  try {
    const text = localStorage.getItem(key)
    return values.find((value) => value === text) ?? values[0]!
  } catch {
    return values[0]!
  }
}

/** Without a place to keep it, it holds for this page. */
const keep = (key: string, text: string): void => {
  try {
    localStorage.setItem(key, text)
  } catch {}
}

export const THEMES: readonly Theme[] = ['system', 'light', 'dark']
export const theme = signal(read('caps-theme', THEMES))
export const times = signal(read<Times>('caps-times', ['relative', 'absolute']))

const motionQuery = matchMedia('(prefers-reduced-motion: reduce)')
export const wantsNoMotion = signal(motionQuery.matches)

const darkQuery = matchMedia('(prefers-color-scheme: dark)')
const isSystemDark = signal(darkQuery.matches)
/** What draws on a canvas draws again when it changes. */
export const isDark = (): boolean => (theme.value === 'system' ? isSystemDark.value : theme.value === 'dark')

export const followPreferences = (): void => {
  motionQuery.addEventListener('change', ({ matches }) => {
    wantsNoMotion.value = matches
  })
  darkQuery.addEventListener('change', ({ matches }) => {
    isSystemDark.value = matches
  })
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    keep('caps-theme', theme.value)
  })
  effect(() => keep('caps-times', times.value))
}
