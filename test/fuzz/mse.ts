import { createHash } from 'node:crypto'

/** Message stream encryption, the parts that an odd peer needs: keys that may be anything, and RC4. */

export const prime = BigInt(
  '0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563',
)
const keyLength = 96

export function keyBytes(value: bigint): Buffer {
  return Buffer.from((value % 2n ** 768n).toString(16).padStart(keyLength * 2, '0'), 'hex')
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (
    let bits = exponent, square = base % prime;
    bits > 0n;
    bits >>= 1n, square = (square * square) % prime
  ) {
    if (bits & 1n) result = (result * square) % prime
  }
  return result
}

/** The public key of a secret. */
export const publicKey = (secret: bigint): Buffer => keyBytes(power(2n, secret))

/** What both ends know after the keys were exchanged. */
export const sharedSecret = (secret: bigint, theirs: Uint8Array): Buffer =>
  keyBytes(power(BigInt(`0x${Buffer.from(theirs).toString('hex')}`), secret))

export const sha1 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, index) => byte ^ b[index]!))

/** RC4 without its first 1024 bytes, as MSE has it. */
export class Rc4 {
  readonly #box = Uint8Array.from({ length: 256 }, (_, index) => index)
  #i = 0
  #j = 0

  constructor(key: Uint8Array) {
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + this.#box[i]! + key[i % key.length]!) & 255
      this.#swap(i, j)
    }
    this.apply(Buffer.alloc(1024))
  }

  apply(bytes: Uint8Array): Buffer {
    return Buffer.from(bytes).map((byte) => {
      this.#i = (this.#i + 1) & 255
      this.#j = (this.#j + this.#box[this.#i]!) & 255
      this.#swap(this.#i, this.#j)
      return byte ^ this.#box[(this.#box[this.#i]! + this.#box[this.#j]!) & 255]!
    }) as Buffer
  }

  #swap(i: number, j: number): void {
    const kept = this.#box[i]!
    this.#box[i] = this.#box[j]!
    this.#box[j] = kept
  }
}

/** Reads what the other end says after the keys: finds where its words begin, and passes on what follows them, plain. */
export class MseReader {
  readonly #decrypt: Rc4
  readonly #mark: Buffer
  readonly #called: boolean
  readonly #hear: (bytes: Buffer) => void
  #left = Buffer.alloc(0)
  #open = false
  #failed = false

  /**
   * `called`: the other end is who called, so its words come after two hashes, of which `mark` is the first; else `mark` is
   * its eight zeros, encrypted.
   */
  constructor(decrypt: Rc4, mark: Buffer, called: boolean, hear: (bytes: Buffer) => void) {
    this.#decrypt = decrypt
    this.#mark = mark
    this.#called = called
    this.#hear = hear
  }

  push(chunk: Buffer): void {
    if (this.#failed) return
    if (this.#open) {
      this.#hear(this.#decrypt.apply(chunk))
      return
    }
    this.#left = Buffer.concat([this.#left, chunk])
    const at = this.#left.indexOf(this.#mark)
    // eight zeros, four bytes of methods, two of the padding's length
    const start = at + (this.#called ? 40 : 0)
    if (at === -1 || this.#left.length < start + 14) return
    const rest = this.#decrypt.apply(this.#left.subarray(start))
    const padding = rest.readUInt16BE(12)
    const after = 14 + padding + (this.#called ? 2 : 0)
    // an end that pads after its words, or chose to go on plainly, is not read any further
    this.#failed = rest.length < after || (!this.#called && rest.readUInt32BE(8) !== 2)
    this.#open = true
    if (!this.#failed && rest.length > after) this.#hear(rest.subarray(after))
  }
}
