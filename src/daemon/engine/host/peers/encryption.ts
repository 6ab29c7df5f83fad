import { createHash } from 'node:crypto'
import type { Encryptor, Peer, Wire } from 'webtorrent'
import PeerClass from 'webtorrent/lib/peer.js'
import type { ConnectionSettings } from './connection-settings.ts'
import { isSound, KeyPair } from './key-exchange.ts'
import { rc4 } from './rc4.ts'

const plain = 1
const rc4Method = 2

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
      wire._peEnabled = both === rc4Method || (both === (plain | rc4Method) && preferRc4) ? rc4Method : plain
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

/**
 * Refuses (which throws) keys of the other end that are outside of 2 to p - 2, as libtorrent does: with those the
 * common secret is known to everybody. What the caller sends along with its key (MSE's initial payload) is the beginning
 * of the stream; webtorrent takes it for a handshake and drops what is behind that.
 */
export function guardEncryption(wire: Wire, refuse: (reason: string) => never): void {
  const encryptor = wire._encryptor
  if (!encryptor) return
  for (const step of ['handleStepA2', 'handleStepB1'] as const) {
    const take = encryptor[step]
    encryptor[step] = (key) => {
      if (!isSound(key)) refuse('an encrypted handshake with an unsound key')
      take.call(encryptor, key)
    }
  }
  encryptor._onPe3Ia = (bytes) => {
    const first = encryptor.decryptCipher(bytes)
    encryptor._advanceEncryption()
    wire._buffer.unshift(first)
    wire._buffer = [Buffer.concat(wire._buffer)]
    wire._bufferSize += first.length
  }
}

// A connection's keys are made while webtorrent takes it into work, and before anybody else sees it. This is what it calls
// between the two.
const { setThrottlePipes } = PeerClass.prototype
PeerClass.prototype.setThrottlePipes = function (this: Peer) {
  const encryptor = this.wire?._encryptor
  if (encryptor) useOwnCrypto(encryptor)
  setThrottlePipes.call(this)
}

function useOwnCrypto(encryptor: Encryptor): void {
  encryptor._dh = new KeyPair()
  encryptor._initializeCiphers = (party) => {
    const cipher = (name: string) => rc4(sha1(name, encryptor.S, Buffer.from(encryptor.skeyHex, 'hex')))
    const [ours, theirs] = party === 'A' ? ['keyA', 'keyB'] : ['keyB', 'keyA']
    encryptor.encryptCipher = cipher(ours)
    encryptor.decryptCipher = cipher(theirs)
  }
}

function sha1(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
