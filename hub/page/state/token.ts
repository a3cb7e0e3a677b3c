/** The token that shows who looks. It comes in the address's fragment, which browsers send to nobody, or is typed in; it stays in this tab, and out of the address, so that the address can be passed on. */
import { signal } from '@preact/signals'

const KEY = 'caps-token'

/** sessionStorage throws where the browser forbids a site to keep anything: then it lives as long as the page. */
const keep = (token: string | null): void => {
  try {
    if (token === null) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, token)
  } catch {}
}

const kept = (): string | null => {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

const current = signal<string | null>(null)

export const token = (): string | null => current.value
export const hasToken = (): boolean => current.value !== null

export const setToken = (text: string | null): void => {
  const trimmed = text?.trim() || null
  current.value = trimmed
  keep(trimmed)
}

/** @returns true if the address had a token, which is now the one */
export const takeTokenFromAddress = (): boolean => {
  const text = new URLSearchParams(location.hash.slice(1)).get('token')
  if (text === null) return false
  setToken(text)
  history.replaceState(history.state, '', location.pathname + location.search)
  return true
}

export const restoreToken = (): void => {
  current.value = kept()
}
