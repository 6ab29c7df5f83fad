// usage: node zero-peers.ts HOST:PORT INFO_HASH PIECES COUNT
//
// So many peers of a torrent of zeros in pieces of one block. They call one address, each with a bitfield of its own (half
// of the pieces), unchoke, answer every request, and tell of another piece every 20 ms. Ends with its standard input.

import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

const [address = '', infoHash = '', pieces = '0', count = '0'] = process.argv.slice(2)
const [host = '', port = '0'] = address.split(':')
const numPieces = Number(pieces)
const block = Buffer.alloc(16384)

function frame(kind: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + body.length)
  head[4] = kind
  return Buffer.concat([head, body])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

for (let i = 0; i < Number(count); i++) {
  const socket = connect(Number(port), host)
  socket.on('error', () => {})
  const bitfield = randomBytes(Math.ceil(numPieces / 8))
  const spare = (8 - (numPieces % 8)) % 8
  bitfield[bitfield.length - 1]! &= 0xff << spare
  const hello = Buffer.concat([
    Buffer.from('\x13BitTorrent protocol'),
    Buffer.alloc(8),
    Buffer.from(infoHash, 'hex'),
    randomBytes(20),
    frame(5, bitfield),
    frame(1, Buffer.alloc(0)),
  ])
  socket.write(hello)
  const news = setInterval(() => {
    socket.write(frame(4, number(Math.floor(Math.random() * numPieces))))
  }, 20)
  socket.on('close', () => clearInterval(news))
  let rest = Buffer.alloc(0)
  let shaken = false
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    if (!shaken && rest.length >= 68) {
      shaken = true
      rest = rest.subarray(68)
    }
    while (shaken && rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const message = rest.subarray(4, 4 + rest.readUInt32BE())
      rest = rest.subarray(4 + message.length)
      if (message[0] === 6) socket.write(frame(7, Buffer.concat([message.subarray(1, 9), block])))
    }
  })
}

process.stdin.on('end', () => process.exit()).resume()
