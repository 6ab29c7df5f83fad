/**
 * Who a host has just heard, in a small file that outlives it: the host writes to it before it takes in what came, and the
 * daemon reads it when the host is gone, however it ended. Slots of fixed size are written in turn.
 */
export const ringSlots = 8
/** A torrent's id or an IPv6 address, a time and a number have room. */
export const slotBytes = 80

/** One that was heard. */
export interface Heard {
  /** IP address of a peer at the other end of a TCP connection; empty for whoever cannot be named, such as a datagram's. */
  address: string
  /** The torrent (40 hex digits) that something was about to be done for, such as taking in its tracker's answer. */
  torrent?: string
  /** The last words of a host: this exception came of work for `torrent`. */
  exception?: true
  /** Unix milliseconds. */
  at: number
}

/** What a slot holds; `turn` counts up, so that the newest can be told. */
export function slotOf(turn: number, { address, torrent, exception, at }: Heard): Buffer {
  const slot = Buffer.alloc(slotBytes)
  const who = torrent === undefined ? address : `${exception ? '!' : '#'}${torrent}`
  slot.write(`${turn} ${at} ${who}\n`, 'latin1')
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
    const text = bytes.toString('latin1', start, start + slotBytes)
    const found = /^(\d+) (\d+) (?:([#!])([0-9a-f]{40})|([0-9a-f:.]*))\n/.exec(text)
    if (found === null) continue
    const [, turn, at, kind, torrent, address = ''] = found
    const work = torrent === undefined ? {} : { torrent, ...(kind === '!' && { exception: true as const }) }
    slots.push({ turn: Number(turn), at: Number(at), address, ...work })
  }
  return slots.sort((a, b) => b.turn - a.turn).map(({ turn: _, ...heard }) => heard)
}
