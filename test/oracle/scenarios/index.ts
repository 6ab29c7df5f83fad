import type { Scenario } from '../scenario.ts'
import { basics } from './basics.ts'
import { files } from './files.ts'
import { flags } from './flags.ts'
import { queue } from './queue.ts'
import { transfers } from './transfers.ts'

/** Every scenario of the suite. */
export const scenarios: readonly Scenario[] = [...basics, ...transfers, ...files, ...flags, ...queue]
