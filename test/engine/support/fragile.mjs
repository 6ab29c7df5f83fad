// Loaded into a host by NODE_OPTIONS: whoever sends it these words ends it, where no guard of a connection can help.
import Wire from 'bittorrent-protocol'

const words = 'fragile, handle with care'
const stock = Wire.prototype._write
Wire.prototype._write = function write(chunk, done) {
  if (Buffer.from(chunk).includes(words)) {
    setImmediate(() => {
      throw new Error('it broke')
    })
  }
  return stock.call(this, chunk, done)
}
