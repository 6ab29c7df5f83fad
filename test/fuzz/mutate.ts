import type { Random } from './random.ts'

/** Changes a few places of some bytes: values, lengths, parts taken out, doubled or cut off. */
export function mutate(bytes: Uint8Array, random: Random, most = 4): Buffer {
  let out = Buffer.from(bytes)
  for (let left = 1 + random.next(most); left > 0; left--) {
    if (out.length === 0) return random.bytes(random.next(40))
    const at = random.next(out.length)
    const before = out.subarray(0, at)
    switch (random.next(9)) {
      case 0:
        out[at] = random.next(256)
        break
      case 1:
        out[at] = out[at]! ^ (1 << random.next(8))
        break
      case 2:
        out[at] = random.one([0, 1, 0x7f, 0x80, 0xff, 0x20, 0x0a, 0x30, 0x39, 0x65, 0x2d])
        break
      case 3:
        out = Buffer.concat([before, random.bytes(1 + random.next(8)), out.subarray(at)])
        break
      case 4:
        out = Buffer.concat([before, out.subarray(Math.min(out.length, at + 1 + random.next(16)))])
        break
      case 5:
        out = Buffer.from(before)
        break
      case 6: {
        const part = out.subarray(at, at + 1 + random.next(64))
        out = Buffer.concat([
          before,
          ...Array<Buffer>(1 + random.next(4)).fill(part),
          out.subarray(at + part.length),
        ])
        break
      }
      case 7:
        if (out.length - at >= 4) out.writeUInt32BE(random.edge32(), at)
        break
      default:
        if (out.length - at >= 2) out.writeUInt16BE(random.next(65_536), at)
    }
  }
  return out
}

/** Cuts bytes into chunks as a slow or odd sender would; mostly one chunk. */
export function chunks(bytes: Uint8Array, random: Random): Buffer[] {
  const whole = Buffer.from(bytes)
  if (whole.length < 2 || !random.once(3)) return [whole]
  const cuts = random.list(1, 5, () => 1 + random.next(whole.length - 1)).sort((a, b) => a - b)
  return [0, ...cuts]
    .map((from, index) => whole.subarray(from, cuts[index] ?? whole.length))
    .filter((part) => part.length > 0)
}
