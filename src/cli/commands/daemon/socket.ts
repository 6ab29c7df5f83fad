import { findPlaces } from '../../daemon/places.ts'
import type { DaemonOptions } from '../../options.ts'
import { print } from '../print.ts'

/** `daemon socket`: where the daemon listens, or would. */
export async function socketCommand(options: DaemonOptions): Promise<void> {
  print((await findPlaces(options)).socket)
}
