import { nearest } from '../../program/nearest.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import type { Session } from './session.ts'

/** Name of the session that is meant when none is named. */
export const defaultSession = 'default'

/** The sessions of the daemon, in the byte order of their names. */
export class Sessions {
  readonly #byName: Map<string, Session>

  constructor(sessions: readonly Session[]) {
    const sorted = sessions.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    this.#byName = new Map(sorted.map((session) => [session.name, session]))
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#byName.values()
  }

  /** Throws UnknownSession, which names the sessions that there are. */
  get(name: string = defaultSession): Session {
    const session = this.#byName.get(name)
    if (session) return session
    const names = [...this.#byName.keys()]
    const meant = nearest(name, names)
    const list = names.map((known) => `'${known}'`).join(', ')
    throw new RpcError(
      ErrorCode.UnknownSession,
      `there is no session '${name}'${meant ? `; did you mean '${meant}'?` : ''} (sessions: ${list})`,
      { session: name, sessions: names },
    )
  }
}
