/** MSE: the first bytes of the key stream are not used. */
const dropped = 1024

/**
 * RC4 as MSE uses it: enciphers what comes, goes on where it ended, and works both ways. Node has it only when it was started
 * with old ciphers allowed; webtorrent's own takes three times as long.
 *
 * The bytes that are given stay as they are: blocks are shared among peers.
 */
export function rc4(key: Uint8Array): (bytes: Uint8Array) => Buffer {
  // 32 bits each: faster than bytes
  const state = new Int32Array(256)
  for (let i = 0; i < 256; i++) state[i] = i
  for (let i = 0, j = 0; i < 256; i++) {
    const one = state[i]!
    j = (j + one + key[i % key.length]!) & 255
    state[i] = state[j]!
    state[j] = one
  }
  let x = 0
  let y = 0
  const cipher = (bytes: Uint8Array) => {
    const { length } = bytes
    const out = Buffer.allocUnsafe(length)
    // in variables of this call, which stay in registers
    let i = x
    let j = y
    for (let at = 0; at < length; at++) {
      i = (i + 1) & 255
      const a = state[i]!
      j = (j + a) & 255
      const b = state[j]!
      state[i] = b
      state[j] = a
      out[at] = bytes[at]! ^ state[(a + b) & 255]!
    }
    x = i
    y = j
    return out
  }
  cipher(new Uint8Array(dropped))
  return cipher
}
