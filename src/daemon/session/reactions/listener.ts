import type { EngineListener } from '../../engine/protocol.ts'
import type { Session } from '../session.ts'
import { hasMetadata, inEngine } from '../torrent/predicates.ts'
import { stopCulprit } from '../transitions/errors.ts'
import { takeMetadata } from '../transitions/metadata.ts'
import { finishRemovals } from '../transitions/removals.ts'
import { takeIncomingCall } from './incoming-call.ts'
import { takeReport } from './report.ts'

/** The listener of a session's engine. Its methods log what goes wrong and never throw, since nobody would catch it. */
export function listenerOf(session: Session): EngineListener {
  const guarded =
    <A extends unknown[]>(work: (...args: A) => void) =>
    (...args: A) => {
      try {
        work(...args)
      } catch (error) {
        session.log.error(`session ${session.name}: ${(error as Error).stack ?? error}`)
      }
    }
  let down = false
  return {
    report: guarded((report) => {
      const record = session.records.byV1(report.id)
      // A report may come late: the torrent was removed meanwhile, and perhaps added again.
      if (record?.observed && inEngine(record)) takeReport(session, record, report)
    }),
    metadata: guarded((id, info) => {
      const record = session.records.byV1(id)
      if (record && !hasMetadata(record)) takeMetadata(session, record, info)
    }),
    incoming: guarded((which) => takeIncomingCall(session, which)),
    lost: guarded((reason) => {
      session.log.warning(`session ${session.name}: the engine is gone: ${reason}`)
      session.reconciler.lost(session.records)
      // The engine tries to start a host again and again, and each failure comes here. The event is for the first.
      if (!down) session.events({ event: 'engine_down', session: session.name, error: reason })
      down = true
    }),
    culprit: guarded((id, reason) => {
      const record = session.records.byV1(id)
      if (record) stopCulprit(session, record, reason)
    }),
    ready: guarded(() => {
      if (down) session.events({ event: 'engine_up', session: session.name })
      down = false
      session.reconciler.ready(session.records)
      finishRemovals(session, session.unfinishedRemovals.splice(0))
    }),
  }
}
