import { type HttpAnswer, httpGet } from '../http/get.ts'
import { IdleConnections } from '../http/idle-connections.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'

/** As many as browsers follow. */
const maxRedirects = 20
/** All web seeds of a host share them. */
const idle = new IdleConnections()

export interface WebGetOptions {
  userAgent: string
  headers: Record<string, string>
  /** Every connection goes through it, also where a redirect leads; null: straight. */
  proxy: ProxyPlan | null
  /** Ends it, and the answer that came of it. */
  signal: AbortSignal
  /** A connection was made, or bytes came. */
  alive: () => void
}

/** Asks for an http or https url and follows redirects. Answers once the headers are there; the body is to be read. */
export async function webGet(url: string, options: WebGetOptions): Promise<HttpAnswer> {
  const { userAgent, headers, ...way } = options
  let target = new URL(url)
  for (let hops = 0; hops <= maxRedirects; hops++) {
    if (target.protocol !== 'http:' && target.protocol !== 'https:')
      throw new Error(`it redirects to ${target.href}, which is neither http nor https`)
    const request = { ...way, validate: true, idle, headers: { 'User-Agent': userAgent, ...headers } }
    const answer = await httpGet(target, request)
    const { status } = answer.head
    const location = answer.head.headers.get('location')
    if (status < 300 || status >= 400 || location === undefined) return answer
    answer.close()
    if (!URL.canParse(location, target.href))
      throw new Error(`it redirects to "${location}", which is no url`)
    target = new URL(location, target)
  }
  throw new Error(`it redirects more than ${maxRedirects} times`)
}
