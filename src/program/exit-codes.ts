/**
 * Every exit code of the program, in one place. Scripts and cron jobs read them: a number is never given a second
 * meaning. 64 and above follow sysexits(3), 128 + n is how shells report a signal, 124 is what timeout(1) uses.
 */
export const ExitCode = {
  /** All went well; also "already running" for a start and "not running" for a stop. */
  ok: 0,
  /** The Lua script ended with an error, or a command failed. */
  error: 1,
  /** A command of porla-lua was called with words it does not know. */
  usage: 2,
  /** `daemon status`: no daemon is running (LSB's code for "not running"). */
  notRunning: 3,
  /** No daemon answers, and none was started. EX_UNAVAILABLE */
  unreachable: 69,
  /** A defect of porla-lua itself. EX_SOFTWARE */
  internal: 70,
  /** Another daemon has the socket or the state folder, or another run has the lock: try again later. EX_TEMPFAIL */
  busy: 75,
  /** Program and daemon speak different major versions of the protocol. EX_PROTOCOL */
  protocolMismatch: 76,
  /** A configuration file, an environment variable, a folder, a disk or the state is not as it must be. EX_CONFIG */
  config: 78,
  /** A time limit passed. */
  timeout: 124,
  /** Ended by SIGHUP: the terminal has gone. */
  hungUp: 129,
  /** Ended by SIGINT. */
  interrupted: 130,
  /** The reader of standard output went away (SIGPIPE). */
  pipeClosed: 141,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
