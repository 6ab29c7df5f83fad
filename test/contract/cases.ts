import type { Method } from '../../src/rpc/contract/index.ts'
import type { CasesOf } from './case.ts'
import { addCases } from './cases-add.ts'
import { controlCases } from './cases-control.ts'
import { daemonCases } from './cases-daemon.ts'
import { eventCases } from './cases-events.ts'
import { fileCases } from './cases-files.ts'
import { peerCases } from './cases-peers.ts'
import { porlaCases } from './cases-porla.ts'
import { presetCases } from './cases-presets.ts'
import { propertyCases } from './cases-properties.ts'
import { storageCases } from './cases-storage.ts'
import { torrentCases } from './cases-torrents.ts'
import { trackerCases } from './cases-trackers.ts'
import { userDataCases } from './cases-user-data.ts'

/**
 * The cases of each method. What every method shares (unknown fields, wrong types, unknown sessions, handles of
 * removed torrents) is made from the contract itself and is not repeated here.
 */
export const cases: CasesOf<Method> = {
  ...daemonCases,
  ...addCases,
  ...torrentCases,
  ...controlCases,
  ...propertyCases,
  ...fileCases,
  ...userDataCases,
  ...storageCases,
  ...peerCases,
  ...trackerCases,
  ...eventCases,
  ...presetCases,
  ...porlaCases,
}
