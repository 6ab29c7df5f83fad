import { createDiffieHellman, type DiffieHellman, randomBytes } from 'node:crypto'
import type { Encryptor, Wire } from 'webtorrent'
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

/** The prime of MSE's key exchange: the first Oakley group's beginning, 768 bits. */
const prime = Buffer.from(
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd' +
    'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
  'hex',
)
const two = shifted(Buffer.alloc(prime.length), 2)
const primeLessTwo = shifted(prime, -2)

/**
 * Refuses (which throws) keys of the other end that are outside of 2 to p - 2, as libtorrent does: with those the
 * common secret is known to everybody. What the caller sends along with its key (MSE's initial payload) is the beginning
 * of the stream; webtorrent takes it for a handshake and drops what is behind that.
 */
export function guardEncryption(wire: Wire, refuse: (reason: string) => never): void {
  const encryptor = wire._encryptor
  if (!encryptor) return
  shareGroup(encryptor)
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

/** Whether 96 bytes are a Diffie-Hellman key that an honest peer could have. */
export function isSound(key: Uint8Array): boolean {
  return Buffer.compare(key, two) >= 0 && Buffer.compare(key, primeLessTwo) <= 0
}

/** A number near this one, which ends so that nothing is carried beyond the last byte. */
function shifted(number: Buffer, by: number): Buffer {
  const result = Buffer.from(number)
  result[result.length - 1]! += by
  return result
}

/** Bits of a private key: what MSE recommends. */
const privateBits = 160
let group: DiffieHellman | null = null

/** One end's keys, of the group that all connections have. */
class KeyPair {
  readonly #private = randomBytes(privateBits / 8)

  generateKeys(): Buffer {
    return this.#group.generateKeys()
  }

  computeSecret(theirs: Uint8Array): Buffer {
    return this.#group.computeSecret(theirs)
  }

  get #group(): DiffieHellman {
    group ??= createDiffieHellman(prime, 2)
    group.setPrivateKey(this.#private)
    return group
  }
}

let shared = false

/**
 * Makes webtorrent take the group for the key exchange once. It has Node look anew for each connection whether the
 * prime is one, which takes some 30 ms of the processor: a few dozen callers a second kept a host from all else.
 */
function shareGroup(encryptor: Encryptor): void {
  if (shared) return
  shared = true
  const keys = new WeakMap<object, KeyPair>()
  Object.defineProperty(Object.getPrototypeOf(encryptor), 'dh', {
    get(this: Encryptor) {
      // that of the first connection has sent its key by now
      if (this._dh) return this._dh
      const own = keys.get(this) ?? new KeyPair()
      keys.set(this, own)
      return own
    },
  })
}
