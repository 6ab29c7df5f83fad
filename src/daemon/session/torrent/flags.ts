import { type FlagChanges, type FlagName, flagNames } from '../../../rpc/contract/types.ts'

/** One bit per libtorrent flag, in the order of `flagNames`; kept in the state, so the order never changes. */
export const flagBit = Object.fromEntries(flagNames.map((name, i) => [name, 1 << i])) as Record<
  FlagName,
  number
>

/** Not a flag of libtorrent: `pause()` cleared `auto_managed`, and `resume()` sets it again. */
export const resumeGivesBackToQueue = 1 << 24
/** Not a flag of libtorrent either: the event `torrent_finished`, which comes once in a torrent's life, has come. */
export const finishedAnnounced = 1 << 25

/**
 * Not a flag of libtorrent either: the torrent runs in spite of its error. The error put it into upload mode, or concerned
 * bytes that a peer asked for.
 */
export const errorTolerated = 1 << 26

/**
 * Nor this: every file is wanted, whatever priorities are listed. libtorrent makes that of a seed that is checked again,
 * until its files are given priorities anew.
 */
export const wantsEveryFile = 1 << 27

/** Nor this: the error is that files with pieces are gone. Which pieces they held is kept for when they are back. */
export const filesGone = 1 << 28

/** Nor this: a user cleared the error of gone files, so they are downloaded again. Cleared when the torrent runs. */
export const acceptsGone = 1 << 29

/** What is said of an error besides its words. */
export const errorKinds = errorTolerated | filesGone

/** The flags that read true of a torrent which was added with libtorrent's defaults. */
export const defaultFlags = flagBit.apply_ip_filter | flagBit.paused | flagBit.auto_managed

/** Flags that have a meaning only in the request that adds a torrent. */
const addOnly: readonly FlagName[] = [
  'duplicate_is_error',
  'override_trackers',
  'override_web_seeds',
  'no_verify_files',
  'default_dont_download',
]
/** Flags that steer libtorrent's own notifications: set by default there, never read back, nothing to do here. */
const silent: readonly FlagName[] = ['update_subscribe', 'need_save_resume']
/** Flags this engine cannot honour: they read false. */
const unsupported: readonly FlagName[] = ['share_mode', 'super_seeding', 'i2p_torrent', 'no_verify_files']
/** Flags that can be set later and read back. */
const settable: readonly FlagName[] = [
  'upload_mode',
  'apply_ip_filter',
  'paused',
  'auto_managed',
  'sequential_download',
  'stop_when_ready',
  'disable_dht',
  'disable_lsd',
  'disable_pex',
]
/** `paused` and `auto_managed` are not read from the bits: the queue and errors have their say (record.ts). */
const readable: readonly FlagName[] = [
  'seed_mode',
  'upload_mode',
  'apply_ip_filter',
  'sequential_download',
  'stop_when_ready',
  'disable_dht',
  'disable_lsd',
  'disable_pex',
]

export function hasFlag(flags: number, name: FlagName): boolean {
  return (flags & flagBit[name]) !== 0
}

/** The flags that read true, `paused` and `auto_managed` aside. */
export function plainFlags(flags: number): FlagName[] {
  return readable.filter((name) => hasFlag(flags, name))
}

function withFlag(flags: number, name: FlagName, on: boolean): number {
  return on ? flags | flagBit[name] : flags & ~flagBit[name]
}

/** The bits after a change, and warnings about flags that have no effect. */
export interface FlagResult {
  flags: number
  warnings: string[]
}

/** The flags of a torrent that is added with these changes to the defaults. */
export function flagsForAdding(changes: FlagChanges): FlagResult {
  let flags = defaultFlags
  const warnings: string[] = []
  for (const [name, on] of Object.entries(changes) as [FlagName, boolean][]) {
    if (unsupported.includes(name)) {
      if (on) warnings.push(`the flag '${name}' has no effect here`)
    } else if (settable.includes(name) || name === 'default_dont_download') {
      flags = withFlag(flags, name, on)
    } else if (name === 'seed_mode' && on) {
      flags = withFlag(flags, name, on)
    }
  }
  return { flags, warnings }
}

/**
 * The flags after `set_flags`. Naming `paused` or `auto_managed` is libtorrent's raw form: what `pause()` remembered
 * is forgotten. `reads` says how a flag reads now.
 */
export function changedFlags(
  flags: number,
  changes: FlagChanges,
  reads: (name: FlagName) => boolean,
): FlagResult & { recheck: boolean } {
  const warnings: string[] = []
  let recheck = false
  let result = flags
  if (changes.paused !== undefined || changes.auto_managed !== undefined) result &= ~resumeGivesBackToQueue
  // A torrent that leaves the queue's hands stays as the queue left it.
  if (changes.auto_managed === false) result = withFlag(result, 'paused', reads('paused'))
  for (const [name, on] of Object.entries(changes) as [FlagName, boolean][]) {
    if (settable.includes(name)) {
      result = withFlag(result, name, on)
    } else if (name === 'seed_mode') {
      if (on && !reads('seed_mode'))
        warnings.push(`the flag 'seed_mode' can only be set when a torrent is added`)
      // As in libtorrent, a torrent that leaves seed mode is checked.
      if (!on && reads('seed_mode')) {
        result = withFlag(result, name, false)
        recheck = true
      }
    } else if (on && addOnly.includes(name)) {
      warnings.push(`the flag '${name}' has a meaning only when a torrent is added`)
    } else if (on && !silent.includes(name)) {
      warnings.push(`the flag '${name}' has no effect here`)
    }
  }
  if (changes.paused !== undefined && changes.paused !== reads('paused') && hasFlag(result, 'auto_managed')) {
    warnings.push(`'paused' does not last while 'auto_managed' is set: the queue decides`)
  }
  return { flags: result, warnings, recheck }
}

/** `pause()`: lasts, because the torrent leaves the queue's hands. */
export function pausedFlags(flags: number): number {
  const managed = hasFlag(flags, 'auto_managed')
  return (flags & ~flagBit.auto_managed) | flagBit.paused | (managed ? resumeGivesBackToQueue : 0)
}

/** `resume()`: back into the queue's hands if `pause()` took it out of them. */
export function resumedFlags(flags: number): number {
  const back = (flags & resumeGivesBackToQueue) !== 0
  return (flags & ~(flagBit.paused | resumeGivesBackToQueue)) | (back ? flagBit.auto_managed : 0)
}
