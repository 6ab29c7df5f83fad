import type { Wire } from 'webtorrent'
import { allBits, clearBit, getBit, setBit } from '../../../../metainfo/bits.ts'
import type { RuledTorrent } from './wire-rules.ts'

/** Remembers at most so many pieces of what a peer says that it has; webtorrent's own bound is a fixed number. */
export function boundPieces(wire: Wire, numPieces: number): void {
  wire.peerPieces.grow = Math.ceil(numPieces / 8)
}

/**
 * How many pieces there are is known now: cuts off what a peer claimed beyond, when nobody could tell. As in libtorrent,
 * it is not held against the peer.
 */
export function settlePieces(wire: Wire, numPieces: number): void {
  boundPieces(wire, numPieces)
  const { buffer } = wire.peerPieces
  // of those that have all, there is none
  if (buffer.length > 0) {
    const settled = new Uint8Array(Math.ceil(numPieces / 8))
    settled.set(buffer.subarray(0, settled.length))
    const spare = (8 - (numPieces % 8)) % 8
    settled[settled.length - 1]! &= 0xff << spare
    wire.peerPieces.buffer = settled
  }
  wire.peerAllowedFastSet = wire.peerAllowedFastSet.filter((piece) => piece < numPieces)
}

/**
 * A peer says (lt_donthave) that it no longer has a piece; whether that can be. webtorrent does not know how to take a
 * piece from one that has said that it has all.
 */
export function losePiece(wire: Wire, message: Uint8Array, { meta }: RuledTorrent): boolean {
  if (message.length !== 4 || meta === null) return false
  const piece = Buffer.from(message.buffer, message.byteOffset, 4).readUInt32BE()
  if (piece >= meta.numPieces) return false
  if (wire.peerPieces.buffer.length === 0 && wire.peerPieces.get(piece)) {
    wire.peerPieces = bitsOf(allBits(meta.numPieces))
  }
  return true
}

/** Bits in the form that webtorrent keeps them in. */
function bitsOf(buffer: Uint8Array): Wire['peerPieces'] {
  return {
    buffer,
    grow: buffer.length,
    get: (index) => getBit(buffer, index),
    set: (index, value = true) => {
      if (value) setBit(buffer, index)
      else clearBit(buffer, index)
    },
  }
}
