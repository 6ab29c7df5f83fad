import type { DaemonOptions } from '../options.ts'
import type { ColourChoice } from './colour.ts'

/** What every command gets: where the daemon is, and colours for its streams. */
export interface CommandContext {
  /** Global options, whether they stood before or after the command's name. */
  daemon: () => DaemonOptions
  colour: () => ColourChoice
  /** The command's exit code; 0 unless it says otherwise. */
  exit: (code: number) => void
}
