import { render } from 'preact'
import { App } from './app.tsx'
import { connectAnew, startFeed } from './state/feed.ts'
import { followAddress } from './state/navigation.ts'
import { followPreferences } from './state/preferences.ts'
import { startClock } from './state/store.ts'
import { restoreToken, takeTokenFromAddress } from './state/token.ts'

restoreToken()
takeTokenFromAddress()
followPreferences()
followAddress(() => {
  if (takeTokenFromAddress()) connectAnew()
})
startClock()
startFeed()
render(<App />, document.getElementById('page')!)
