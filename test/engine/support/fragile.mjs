// Loaded into a host by NODE_OPTIONS: whoever sends it these words ends it, where no guard of a connection can help.
import Wire from 'bittorrent-protocol'

const words = 'fragile, handle with care'
const stock = Wire.prototype._onMessage
Wire.prototype._onMessage = function message(bytes) {
  if (Buffer.from(bytes).includes(words)) {
    setImmediate(() => {
      throw new Error('it broke')
    })
  }
  return stock.call(this, bytes)
}
