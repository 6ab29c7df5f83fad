import type { Scenario } from '../scenario.ts'
import { basics } from './basics.ts'
import { files } from './files.ts'
import { flags } from './flags.ts'
import { handles } from './handles.ts'
import { queue } from './queue.ts'
import { reading } from './reading.ts'
import { transfers } from './transfers.ts'

/** Every scenario of the suite. */
export const scenarios: readonly Scenario[] = [
  ...basics,
  ...transfers,
  ...files,
  ...flags,
  ...queue,
  ...handles,
  ...reading,
]
