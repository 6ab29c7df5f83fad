import { version } from '../../program/version.ts'
import { contract, type Handlers, type Result } from '../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { protocolVersion } from '../../rpc/protocol.ts'

/** What a daemon knows of itself. */
export interface DaemonSelf {
  /** A new one at every start. */
  generation: string
  /** `performance.now()` at the start. */
  startedAt: number
  socket: string
  stateDir: string
  configFile: string | null
  /** What the sessions are doing. */
  sessions(): Result<'daemon.status'>['sessions']
  /** Number of the last event so far. */
  eventsSeq(): number
  /** What the state file says of itself. */
  state(): Result<'daemon.status'>['state']
  /** Asks the daemon to end; returns at once. */
  stop(): void
  log: { debug(message: string): void }
}

/** Handlers about the daemon's process. */
export function daemonHandlers(self: DaemonSelf): Pick<Handlers, 'hello' | 'daemon.status' | 'daemon.stop'> {
  const { generation } = self
  return {
    hello: ({ protocol, client }) => {
      self.log.debug(
        `hello from ${client ?? 'a client'}${protocol === undefined ? '' : `, protocol ${protocol}`}`,
      )
      if (protocol !== undefined) refuseOtherMajor(protocol)
      return {
        protocol: protocolVersion,
        version,
        pid: process.pid,
        generation,
        methods: Object.keys(contract),
        capabilities: [],
        events_seq: self.eventsSeq(),
      }
    },
    'daemon.status': () => ({
      version,
      pid: process.pid,
      generation,
      uptime: Math.floor((performance.now() - self.startedAt) / 1000),
      socket: self.socket,
      state_dir: self.stateDir,
      config_file: self.configFile,
      sessions: self.sessions(),
      state: self.state(),
    }),
    'daemon.stop': () => {
      self.stop()
      return null
    },
  }
}

/** Minor versions only add, so both ends of one major understand each other. Throws ProtocolMismatch. */
function refuseOtherMajor(theirs: string): void {
  if (theirs.split('.')[0] === protocolVersion.split('.')[0]) return
  throw new RpcError(
    ErrorCode.ProtocolMismatch,
    `the daemon (porla-lua ${version}) speaks protocol ${protocolVersion}, this program speaks ${theirs}; ` +
      'restart the daemon with the program you use: `porla-lua daemon restart`',
    { daemon: protocolVersion, client: theirs },
  )
}
