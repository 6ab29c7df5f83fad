import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { ExitCode } from '../../program/exit-codes.ts'
import { Failure } from '../../program/failure.ts'
import { daemonOfSocket, isStopped, silenceOf } from '../../program/running.ts'
import { visibleJson } from '../../program/visible.ts'
import { RpcClient } from '../../rpc/client.ts'
import type { Method, Params } from '../../rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'
import { protocolVersion } from '../../rpc/protocol.ts'
import { findPlaces, findSocket } from '../daemon/places.ts'
import { mayStart } from '../daemon/start-policy.ts'
import type { DaemonOptions } from '../options.ts'
import type { CommandContext } from './context.ts'
import { answerMs, isNobodyThere } from './daemon/connect.ts'
import { announce, startDaemon } from './daemon/start.ts'
import { print, say } from './print.ts'

/** Adds `call METHOD [PARAMS_JSON]`. */
export function addCallCommand(program: Command, context: CommandContext): void {
  program
    .command('call')
    .description("call a method of the daemon and print its result as JSON; 'call hello' lists the methods")
    .argument('<method>', 'name of the method')
    .argument('[params]', 'its parameters as a JSON object; - reads them from standard input')
    .addHelpText('before', examples)
    .action(async (method: string, params: string | undefined) => {
      await call(context.daemon(), method, await readParams(params))
    })
}

const examples = `Examples:
  porla-lua call hello                       what there is: versions and methods
  porla-lua call sessions.list
  porla-lua call torrents.list '{"session":"default","fields":["name","progress"]}'
  jq -n '{session:"default"}' | porla-lua call torrents.list -
`

/** Prints the result: for people on a terminal, in one line otherwise. */
async function call(options: DaemonOptions, method: string, params: object): Promise<void> {
  const socket = await findSocket(options)
  const client = await connect(options, socket)
  let unwatch = (): void => {}
  try {
    await greeted(client, socket)
    unwatch = watchForSilence(socket)
    const result = await client.call(method as Method, params as Params<Method>)
    const { isTTY } = process.stdout
    print(isTTY ? visibleJson(JSON.stringify(result, null, 2)) : JSON.stringify(result))
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    throw new RpcError(error.code, `${error.message} (error ${error.code})`, error.data, { cause: error })
  } finally {
    unwatch()
    await client.close()
  }
}

async function greeted(client: RpcClient, socket: string): Promise<void> {
  try {
    await client.call(
      'hello',
      { protocol: protocolVersion, client: 'porla-lua call' },
      { timeoutMs: answerMs },
    )
  } catch (error) {
    const daemon = daemonOfSocket(socket, { certain: false })
    if (!daemon || !(error instanceof RpcError && error.code === ErrorCode.Timeout)) throw error
    throw new Failure(ExitCode.unreachable, silenceOf(daemon.pid), { cause: error })
  }
}

/** Says once that a daemon which was there has been stopped meanwhile. Returns what ends the watch. */
function watchForSilence(socket: string): () => void {
  const timer = setInterval(() => {
    const daemon = daemonOfSocket(socket, { certain: false })
    if (!daemon || !isStopped(daemon.pid)) return
    say(silenceOf(daemon.pid))
    clearInterval(timer)
  }, answerMs)
  return () => clearInterval(timer)
}

/** Connects, and starts a daemon when none is there and that is allowed, as scripts do. */
async function connect(options: DaemonOptions, socket: string): Promise<RpcClient> {
  try {
    return await RpcClient.connect(socket)
  } catch (error) {
    if (!isNobodyThere(error) || !mayStart(options)) throw error
    const outcome = await startDaemon(await findPlaces(options))
    if (outcome.started) announce(outcome)
    return await RpcClient.connect(outcome.socket)
  }
}

async function readParams(given: string | undefined): Promise<object> {
  if (given === undefined) return {}
  const json = given === '-' ? await text(process.stdin) : given
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new Failure(ExitCode.usage, `the parameters are not JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Failure(ExitCode.usage, `the parameters must be a JSON object such as {"session":"default"}`)
}
