import type { Wire } from 'webtorrent'
import type { ConnectionSettings } from './connection-settings.ts'

const plain = 1
const rc4 = 2

/**
 * Makes a connection's encrypted handshake offer and choose what allowed_enc_level and prefer_rc4 say. webtorrent
 * knows one number for both: either it prefers plain text, or it takes RC4 alone. Has to be called before the other end
 * has answered.
 */
export function tuneEncryption(wire: Wire, { encryptionLevel, preferRc4 }: ConnectionSettings): void {
  const encryptor = wire._encryptor
  if (!encryptor) return
  const { generateStepA3: offer, _advanceEncryption: advance } = encryptor
  encryptor.generateStepA3 = () => offer.call(encryptor, encryptionLevel)
  encryptor._advanceEncryption = () => {
    // the other end called and has said what it can do: now webtorrent chooses, by this number
    if (encryptor.state === 'gotPe3') {
      const both = encryptor._peerCryptoProvide & encryptionLevel
      if (both === 0) {
        wire.destroy()
        return
      }
      wire._peEnabled = both === rc4 || (both === (plain | rc4) && preferRc4) ? rc4 : plain
    }
    advance.call(encryptor)
  }
}

/** Whether a connection is encrypted as the settings want it, once it has shaken hands. */
export function wellEncrypted(wire: Wire, settings: ConnectionSettings): boolean {
  const policy = wire.type.endsWith('Incoming') ? settings.encryptIn : settings.encryptOut
  const method = wire._encryptionMethod ?? null
  if (method === null) return policy !== 0
  return policy !== 2 && (method & settings.encryptionLevel) !== 0
}
