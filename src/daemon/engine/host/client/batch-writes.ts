import { Socket } from 'node:net'

/**
 * Has a TCP socket send what is written to it in one turn of the event loop with one system call. Each request for a
 * block and the head of each piece come as writes of their own; one call for each is what a fast
 * peer makes of the processor's time. Other connections (uTP, WebRTC) stay as they are.
 */
export function batchWrites(connection: unknown): void {
  if (!(connection instanceof Socket)) return
  const { write } = connection
  let corked = false
  const flush = () => {
    corked = false
    connection.uncork()
  }
  connection.write = ((...values: Parameters<Socket['write']>) => {
    if (!corked) {
      corked = true
      connection.cork()
      // after all that this turn brings, before it waits for more
      setImmediate(flush)
    }
    return write.apply(connection, values)
  }) as Socket['write']
}
