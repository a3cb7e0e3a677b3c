/** Asks before what cannot be undone. The browser's own dialog keeps the focus, and gives it back. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from './basics.tsx'

interface ConfirmProps {
  readonly title: string
  readonly children: ComponentChildren
  /** On the button that does it. */
  readonly word: string
  readonly kind: 'primary' | 'danger'
  readonly onConfirm: () => void
  readonly onClose: () => void
}

export const Confirm = ({ title, children, word, kind, onConfirm, onClose }: ConfirmProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <div class="actions">
        <Button onClick={() => dialog.current?.close()}>Cancel</Button>
        <Button
          kind={kind}
          action="confirm"
          onClick={() => {
            dialog.current?.close()
            onConfirm()
          }}
        >
          {word}
        </Button>
      </div>
    </dialog>
  )
}
