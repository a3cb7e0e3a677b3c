/** Asks for a token when the hub lets nobody in without one, or takes the one no more. */
import { useId, useRef } from 'preact/hooks'
import { connectAs } from '../state/feed.ts'
import { Button, Section } from './basics.tsx'
import { Icon } from './icons.tsx'

interface TokenFormProps {
  readonly code: string
  readonly message: string
}

const TITLES: Readonly<Record<string, string>> = {
  'token-missing': 'This hub asks for a token',
  'token-expired': 'Your token has expired',
  'token-revoked': 'Your token was revoked',
  'wrong-role': 'This token is not for looking',
}

export const TokenForm = ({ code, message }: TokenFormProps) => {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const enter = () => connectAs(input.current!.value)
  return (
    <Section title={TITLES[code] ?? 'The hub does not take this token'} class="token">
      <p class="refusal" role="alert">
        <Icon name="warning" /> {message}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          enter()
        }}
      >
        <label for={id}>Token of an observer or operator</label>
        <div class="token-line">
          <input id={id} ref={input} type="password" autocomplete="off" required spellcheck={false} />
          <Button kind="primary" icon="key" onClick={enter}>
            Look
          </Button>
        </div>
      </form>
      <p class="muted">
        It stays in this tab. Whoever holds the hub’s key makes one with{' '}
        <code>npx caps token --role operator</code>; with <code>#token=…</code> behind an address it need not
        be typed in.
      </p>
    </Section>
  )
}
