import { createPublicKey, verify } from 'node:crypto'

/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Whether an item of the DHT was signed by the owner of the key (BEP 44: Ed25519). */
export function signedBy(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (key?.length !== 32 || signature?.length !== 64) return false
  const publicKey = createPublicKey({ key: Buffer.concat([derPrefix, key]), format: 'der', type: 'spki' })
  return verify(null, message, publicKey, signature)
}
