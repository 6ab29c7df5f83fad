import { createDiffieHellman, createHash, randomBytes } from 'node:crypto'

/**
 * The encrypted handshake of peers (Message Stream Encryption), each step of it open to be done wrongly. Written from
 * its description, apart from what the program uses.
 */

export const prime =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd' +
  'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563'

/** A number as a key of 96 bytes. */
export function keyOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(192, '0'), 'hex')
}

const p = BigInt(`0x${prime}`)

/** Keys that no honest peer has: the common secret would be known to everybody. */
export const unsoundKeys: readonly [name: string, key: Buffer][] = [
  ['0', keyOf(0n)],
  ['1', keyOf(1n)],
  ['p - 1', keyOf(p - 1n)],
  ['p', keyOf(p)],
  ['p + 1', keyOf(p + 1n)],
  ['2^768 - 1', Buffer.alloc(96, 255)],
]

export const sha1 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RC4 without its first 1024 bytes. */
export function cipher(key: Uint8Array): (bytes: Uint8Array) => Buffer {
  const s = Uint8Array.from({ length: 256 }, (_, at) => at)
  let [i, j] = [0, 0]
  for (i = 0; i < 256; i++) {
    j = (j + s[i]! + key[i % key.length]!) & 255
    ;[s[i], s[j]] = [s[j]!, s[i]!]
  }
  i = j = 0
  const crypt = (bytes: Uint8Array) => {
    const out = Buffer.from(bytes)
    for (let at = 0; at < out.length; at++) {
      i = (i + 1) & 255
      const first = s[i]!
      j = (j + first) & 255
      const second = s[j]!
      s[i] = second
      s[j] = first
      out[at]! ^= s[(first + second) & 255]!
    }
    return out
  }
  crypt(Buffer.alloc(1024))
  return crypt
}

/** Made once: it looks whether the prime is one. */
const group = createDiffieHellman(prime, 'hex', 2)

/** One end's key, and what comes of the other's. */
export class Exchange {
  readonly #private = randomBytes(20)
  readonly key: Buffer

  constructor() {
    group.setPrivateKey(this.#private)
    this.key = Buffer.concat([Buffer.alloc(96), group.generateKeys()]).subarray(-96)
  }

  /** The secret, and the ciphers of the one who called (`a`) and of the other (`b`). */
  with(theirs: Uint8Array, infoHash: string) {
    group.setPrivateKey(this.#private)
    const secret = Buffer.concat([Buffer.alloc(96), group.computeSecret(theirs)]).subarray(-96)
    const id = Buffer.from(infoHash, 'hex')
    const mark = sha1('req1', secret)
    const name = sha1('req2', id).map((byte, at) => byte ^ sha1('req3', secret)[at]!)
    return { mark, name, a: cipher(sha1('keyA', secret, id)), b: cipher(sha1('keyB', secret, id)) }
  }
}

/** The numbers of a step: crypto_provide or crypto_select, and the length of the pad. */
export function choice(methods: number, padLength: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt32BE(methods, 0)
  bytes.writeUInt16BE(padLength, 4)
  return bytes
}
