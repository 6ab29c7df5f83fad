import { ErrorCode, RpcError } from '../../../rpc/errors.ts'
import type { Metadata } from '../../state/rows.ts'

/** Levels of tables; what is deeper could not be written as JSON again without a deep stack. */
const deepest = 64

/** Throws InvalidValue for what a client gives as `metadata` and what is nested too deeply to be kept. */
export function checkMetadata(metadata: Metadata): void {
  let level: unknown[] = [metadata]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) {
      throw new RpcError(ErrorCode.InvalidValue, `'metadata' may be nested ${deepest} levels deep at most`, {
        path: 'metadata',
      })
    }
    const next: unknown[] = []
    for (const value of level) {
      for (const inner of Object.values(value as object)) {
        if (typeof inner === 'object' && inner !== null) next.push(inner)
      }
    }
    level = next
  }
}
