import { encodedPath } from '../../../../metainfo/own-path.ts'
import type { Metainfo } from '../../../../metainfo/types.ts'
import { fileRanges } from '../../storage/layout.ts'
import type { HttpAnswer } from '../http/get.ts'
import type { HttpHead } from '../http/head.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'
import { webGet } from './web-get.ts'

/** How to ask a web seed. */
export interface WebRequestOptions {
  userAgent: string
  /** All of it goes through it; null: straight. */
  proxy: ProxyPlan | null
  /** Without a byte for so long it has failed, ms. */
  timeoutMs: number
  signal: AbortSignal
}

/** Of an answer with a whole file, this much is read to get at the part that was asked for; more would be a waste. */
const largestSurplus = 1 << 20

/**
 * Fetches `length` bytes of the piece space from a web seed (BEP 19), one request a file. Pad files are zeros and are
 * not asked for. Throws an Error that names the url.
 */
export async function fetchRange(
  meta: Metainfo,
  url: string,
  start: number,
  length: number,
  options: WebRequestOptions,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const ranges = fileRanges(meta, start, length).filter(({ file }) => !meta.files[file]!.pad)
  await Promise.all(
    ranges.map(({ file, offset, length: size, at }) =>
      fetchPart(webSeedUrl(meta, url, file), offset, bytes.subarray(at, at + size), options),
    ),
  )
  return bytes
}

/**
 * Where a web seed has a file. The url of a torrent with folders is that of the folder around its top folder; a single
 * file has the url itself, with the name appended when it ends in '/' (BEP 19). Names are the torrent's own, not those
 * that the files have on this disk, which may have had to be changed.
 */
export function webSeedUrl(meta: Metainfo, url: string, file: number): string {
  const slash = url.endsWith('/')
  if (!slash && (!meta.multiFile || meta.files.length === 1)) return url
  const { path, own = encodedPath(path) } = meta.files[file]!
  return `${url}${slash ? '' : '/'}${own}`
}

/** Fills `into` with the bytes of a url from `offset` on. */
async function fetchPart(
  url: string,
  offset: number,
  into: Uint8Array,
  { timeoutMs, signal, ...options }: WebRequestOptions,
): Promise<void> {
  const idle = new AbortController()
  const timer = setTimeout(() => idle.abort(new Error(`no answer for ${timeoutMs / 1000} s`)), timeoutMs)
  const either = AbortSignal.any([signal, idle.signal])
  try {
    const range = `bytes=${offset}-${offset + into.length - 1}`
    const alive = () => timer.refresh()
    const answer = await webGet(url, { ...options, alive, signal: either, headers: { Range: range } })
    const fault = answerFault(answer.head, offset, into.length)
    if (fault !== null) {
      answer.close()
      throw new Error(fault)
    }
    const read = await readInto(answer, answer.head.status === 206 ? 0 : offset, into)
    if (read < into.length) throw new Error(`it sent ${read} bytes of ${into.length}`)
  } catch (error) {
    const { message, code } = (either.aborted ? either.reason : error) as NodeJS.ErrnoException
    // a name with several addresses fails with a list of errors and no words
    throw new Error(`web seed ${url}: ${message || code}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** What makes an answer useless; null for a good one. */
function answerFault(
  { status, reason, headers, length: total }: HttpHead,
  offset: number,
  length: number,
): string | null {
  if (status !== 200 && status !== 206) return `it answered ${status} ${reason}`.trim()
  const encoding = headers.get('content-encoding') ?? 'identity'
  // nobody asked for it, and a little of it can become anything
  if (encoding !== '' && encoding !== 'identity') return `it encodes what it sends (${encoding.slice(0, 40)})`
  if (status === 206) {
    const from = /^(?:bytes )?\s*(\d+)-/i.exec(headers.get('content-range') ?? '')?.[1]
    if (from !== undefined && Number(from) !== offset)
      return `it sent bytes from ${from} on, not from ${offset}`
    return null
  }
  const surplus = (total ?? Number.POSITIVE_INFINITY) - offset - length
  return offset <= largestSurplus && surplus <= largestSurplus ? null : 'it cannot send parts of a file'
}

/** Copies a body's bytes from `skip` on until `into` is full, then lets go of the rest. Answers with the count. */
async function readInto(answer: HttpAnswer, skip: number, into: Uint8Array): Promise<number> {
  // a connection whose answer is read to the end can be used again
  const exact = answer.head.length === skip + into.length
  let at = 0
  let left = skip
  for await (const chunk of answer.body()) {
    const useful = chunk.subarray(left).subarray(0, into.length - at)
    left = Math.max(0, left - chunk.length)
    into.set(useful, at)
    at += useful.length
    // leaving the loop ends the connection
    if (at === into.length && !exact) break
  }
  return at
}
