/** Which web pages may reach a hub, by what their browser says of them. */
import { expect } from 'chai'
import { startTestHub } from '../support/hub.ts'
import { handshakeStatus } from '../support/raw-http.ts'

const SHOP = 'https://shop.example'

describe('web pages', () => {
  for (const [transport, accepted] of [
    ['polling', 200],
    ['websocket', 101],
  ] as const) {
    const statusFor = async (headers: { origin?: string; host?: string }): Promise<number | undefined> => {
      const { port } = await startTestHub({ options: { allowedOrigins: [SHOP] } })
      return handshakeStatus(port, transport, headers)
    }

    it(`[SK9] of another origin cannot connect over ${transport}`, async () => {
      expect(await statusFor({ origin: 'https://evil.example' })).to.equal(accepted === 200 ? 403 : 400)
    })

    it(`[SK9] whose own name was made to mean this machine cannot connect over ${transport}`, async () => {
      const host = 'evil.example:3001'
      expect(await statusFor({ host })).to.not.equal(accepted)
      expect(await statusFor({ host, origin: `http://${host}` })).to.not.equal(accepted)
    })

    it(`[SK9] of a configured origin can connect over ${transport}, as can programs`, async () => {
      expect(await statusFor({ origin: SHOP })).to.equal(accepted)
      expect(await statusFor({})).to.equal(accepted)
    })
  }
})
