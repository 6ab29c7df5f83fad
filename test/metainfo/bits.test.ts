import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allBits, clearBit, countBits, getBit, newBits, setBit } from '../../src/metainfo/bits.ts'

test('bits are counted up to the last piece', () => {
  for (const pieces of [0, 1, 7, 8, 9, 16, 1000]) {
    assert.equal(countBits(allBits(pieces), pieces), pieces)
    assert.equal(countBits(newBits(pieces), pieces), 0)
  }
  assert.deepEqual(allBits(10), Uint8Array.of(0xff, 0xc0))
  assert.equal(countBits(Uint8Array.of(0xff, 0xff), 10), 10, 'bits past the end do not count')
  assert.equal(countBits(Uint8Array.of(0x81), 16), 2, 'missing bytes are clear')
})

test('the first piece is the high bit of the first byte (BEP 3), and one bit changes alone', () => {
  const bits = newBits(10)
  for (const piece of [0, 9]) setBit(bits, piece)
  assert.deepEqual(bits, Uint8Array.of(0x80, 0x40))
  clearBit(bits, 0)
  clearBit(bits, 1)
  assert.deepEqual(bits, Uint8Array.of(0, 0x40))
  const pieces = (bits: Uint8Array) => [8, 9, 10].map((piece) => getBit(bits, piece))
  assert.deepEqual(pieces(bits), [false, true, false])
})
