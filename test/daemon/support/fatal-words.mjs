// Loaded into a host by NODE_OPTIONS: a tracker that says these words ends it, where no guard can help.
const exception = 'fatal exception'
const abort = 'fatal abort'

const stock = process.send
if (stock !== undefined) {
  process.send = function send(message, ...rest) {
    if (message?.event === 'log') {
      if (message.message.includes(abort)) process.abort()
      if (message.message.includes(exception)) {
        setTimeout(() => {
          throw new Error('a tracker ended it')
        }, 20)
      }
    }
    return stock.call(this, message, ...rest)
  }
}
