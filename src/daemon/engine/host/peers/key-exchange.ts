import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'

declare module 'node:crypto' {
  /** Documented by Node, missing in its types. */
  function generateKeyPairSync(
    type: 'dh',
    options: { prime: Buffer; generator: number },
  ): { privateKey: KeyObject; publicKey: KeyObject }
}

/**
 * The prime of MSE's key exchange. It begins as the first Oakley group does (RFC 2409) and ends otherwise, so it is not the
 * one that Node knows as `modp1`.
 */
const prime = Buffer.from(
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd' +
    'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
  'hex',
)
const generator = 2
const two = shifted(Buffer.alloc(prime.length), 2)
const primeLessTwo = shifted(prime, -2)

/** A number near this one, which ends so that nothing is carried beyond the last byte. */
function shifted(number: Buffer, by: number): Buffer {
  const result = Buffer.from(number)
  result[result.length - 1]! += by
  return result
}

/** Whether 96 bytes are a Diffie-Hellman key that an honest peer could have. */
export function isSound(key: Uint8Array): boolean {
  return Buffer.compare(key, two) >= 0 && Buffer.compare(key, primeLessTwo) <= 0
}

// Node's DiffieHellman class has OpenSSL look whether the prime is one, each time, which takes some 20 ms of the event loop.
// Key objects are taken as they come, and each step costs 0.2 ms.

const integerTag = 0x02
const bitStringTag = 0x03
const sequenceTag = 0x30

/** One end's keys, with the two methods that webtorrent calls. */
export class KeyPair {
  #private: KeyObject | null = null

  /** Makes them; answers with the public one, 96 bytes. */
  generateKeys(): Buffer {
    const { privateKey, publicKey } = generateKeyPairSync('dh', { prime, generator })
    this.#private = privateKey
    return publicNumber(publicKey.export({ type: 'spki', format: 'der' }))
  }

  /** The common secret, 96 bytes. Throws for a key of theirs that is outside of 1 to p - 1, see `isSound`. */
  computeSecret(theirs: Uint8Array): Buffer {
    if (this.#private === null) throw new Error('the keys are made first')
    const key = der(sequenceTag, Buffer.concat([group, bits(Buffer.from(theirs))]))
    const publicKey = createPublicKey({ key, type: 'spki', format: 'der' })
    return diffieHellman({ privateKey: this.#private, publicKey })
  }
}

/** What kind of key it is and of which group: the beginning of each public key in DER (RFC 5280, 4.1; PKCS 3). */
const group = der(
  sequenceTag,
  Buffer.concat([
    // 1.2.840.113549.1.3.1, dhKeyAgreement
    Buffer.from('06092a864886f70d010301', 'hex'),
    der(sequenceTag, Buffer.concat([integer(prime), integer(Buffer.of(generator))])),
  ]),
)

/** A number as DER's bit string of an integer. */
function bits(number: Buffer): Buffer {
  return der(bitStringTag, Buffer.concat([Buffer.of(0), integer(number)]))
}

function integer(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const shortest = number.subarray(first === -1 ? number.length - 1 : first)
  // a first bit of 1 would make it negative
  return der(integerTag, shortest[0]! > 127 ? Buffer.concat([Buffer.of(0), shortest]) : shortest)
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [tag, length] : [tag, 0x81, length]
  return Buffer.concat([Buffer.from(head), content])
}

/** The number of a public key in DER, with zeros in front. */
function publicNumber(spki: Buffer): Buffer {
  // behind the outer head and the group: a bit string's head (2 bytes, and the spare bits), an integer's head
  const start = spki.indexOf(group) + group.length + 5
  const number = spki.subarray(start)
  const digits = number.length > prime.length ? number.subarray(1) : number
  return Buffer.concat([Buffer.alloc(prime.length - digits.length), digits])
}
