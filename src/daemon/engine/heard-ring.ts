/**
 * Who a host has just heard, in a small file that outlives it: the host writes to it before it takes in what came, and the
 * daemon reads it when the host is gone, however it ended. Slots of fixed size are written in turn.
 */
export const ringSlots = 8
/** An IPv6 address, a time and a number have room. */
export const slotBytes = 64

/** One that was heard. */
export interface Heard {
  /** IP address of a peer at the other end of a TCP connection; empty for whoever cannot be named, such as a datagram's. */
  address: string
  /** Unix milliseconds. */
  at: number
}

/** What a slot holds; `turn` counts up, so that the newest can be told. */
export function slotOf(turn: number, { address, at }: Heard): Buffer {
  const slot = Buffer.alloc(slotBytes)
  slot.write(`${turn} ${at} ${address}\n`, 'latin1')
  return slot
}

/** Where in the file a turn's slot is. */
export function slotPosition(turn: number): number {
  return (turn % ringSlots) * slotBytes
}

/** Everybody in the ring, the newest first. Slots that make no sense are left out. */
export function heardIn(ring: Uint8Array): Heard[] {
  const bytes = Buffer.from(ring.buffer, ring.byteOffset, ring.byteLength)
  const slots: (Heard & { turn: number })[] = []
  for (let start = 0; start + slotBytes <= bytes.length; start += slotBytes) {
    const found = /^(\d+) (\d+) ([0-9a-f:.]*)\n/.exec(bytes.toString('latin1', start, start + slotBytes))
    if (found === null) continue
    const [, turn, at, address] = found
    slots.push({ turn: Number(turn), at: Number(at), address: address! })
  }
  return slots.sort((a, b) => b.turn - a.turn).map(({ address, at }) => ({ address, at }))
}
