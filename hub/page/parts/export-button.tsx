import { useSignal } from '@preact/signals'
import { exportDeadLetters } from '../state/export.ts'
import { exportedText } from '../words.ts'
import { Button } from './basics.tsx'
import { say } from './notice.tsx'

export const ExportButton = ({ participant }: { readonly participant: string }) => {
  const isBusy = useSignal(false)
  const run = async () => {
    isBusy.value = true
    try {
      say('good', exportedText(await exportDeadLetters(participant)))
    } catch (error) {
      say('bad', `Not exported: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Button icon="download" action="export" onClick={run} isDisabled={isBusy.value}>
      Export as JSON
    </Button>
  )
}
