import type { DaemonOptions } from '../../options.ts'
import { findPlaces } from '../../places.ts'
import { print } from '../print.ts'

/** `daemon socket`: where the daemon listens, or would. */
export async function socketCommand(options: DaemonOptions): Promise<void> {
  print((await findPlaces(options)).socket)
}
