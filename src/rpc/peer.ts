/** The client of a call, for methods that tell it more than their answer. */
export interface Peer {
  /** False once the connection has ended. */
  readonly open: boolean
  /**
   * Sends a notification: a JSON-RPC request without an id, as text. False when the client does not read as fast as
   * it is told: whoever goes on before `drained` makes the daemon keep what is sent.
   */
  notify(line: string): boolean
  /** Calls back once, when everything that was sent is out, or the connection has ended. */
  drained(callback: () => void): void
  /**
   * Starts no further request of this client until the work is settled: what is done in turns for one client is done
   * one after the other, so that it costs no more than one of them, and its requests take effect in their order.
   */
  hold(work: Promise<unknown>): void
  /** Calls back once, when the connection has ended; soon if it has ended already. Returns what takes that back. */
  closed(callback: () => void): () => void
}

/** For a call that came over no connection: nothing can be sent, and it has ended before it began. */
export const nobody: Peer = {
  open: false,
  notify: () => false,
  drained: (callback) => void setImmediate(callback),
  hold: () => {},
  closed: (callback) => {
    const soon = setImmediate(callback)
    return () => clearImmediate(soon)
  },
}
