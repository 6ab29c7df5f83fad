import type { Method, Params, Result } from '../../src/rpc/contract/index.ts'
import type { ErrorCode } from '../../src/rpc/errors.ts'
import { fileHash, magnetHash, type World } from './world.ts'

/** One call: what it is, its parameters, and either what to look at in the result or the error it must give. */
export interface Case<M extends Method = Method> {
  what: string
  params: Params<M> | ((world: World) => Params<M>)
  result?: (result: Result<M>, world: World) => void | Promise<void>
  error?: [code: keyof typeof ErrorCode, message: RegExp]
}

/** The cases of some methods, a happy path first. */
export type CasesOf<M extends Method> = { [N in M]: [Case<N>, ...Case<N>[]] }

/** The two torrents of a world. */
export const torrent = { session: 'default', info_hash: fileHash }
export const magnet = { session: 'default', info_hash: magnetHash }

export async function statusOf(world: World, key = torrent): Promise<Result<'torrents.status'>> {
  return (await world.call('torrents.status', key)) as Result<'torrents.status'>
}
