import { type Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { ProxyAgent, SecureProxyAgent } from '../proxy/proxy.ts'
import type { ProxyPlan } from '../proxy/proxy-plan.ts'

/** As many as browsers follow. */
const maxRedirects = 20

export interface WebGetOptions {
  userAgent: string
  headers: Record<string, string>
  /** Every connection goes through it, also where a redirect leads; null: straight. */
  proxy: ProxyPlan | null
  /** Ends it, and the answer that came of it. */
  signal: AbortSignal
}

/** Asks for an http or https url and follows redirects. Answers once the headers are there; the body is to be read. */
export async function webGet(url: string, options: WebGetOptions): Promise<IncomingMessage> {
  let target = new URL(url)
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await send(target, options)
    const { statusCode = 0, headers } = response
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response
    response.destroy()
    if (!URL.canParse(headers.location, target.href))
      throw new Error(`it redirects to "${headers.location}", which is no url`)
    target = new URL(headers.location, target)
  }
  throw new Error(`it redirects more than ${maxRedirects} times`)
}

function send(url: URL, options: WebGetOptions): Promise<IncomingMessage> {
  const { userAgent, headers, proxy, signal } = options
  const { protocol } = url
  if (protocol !== 'http:' && protocol !== 'https:')
    return Promise.reject(new Error(`it redirects to ${url.href}, which is neither http nor https`))
  return new Promise((resolve, reject) => {
    const start = protocol === 'http:' ? plainRequest : secureRequest
    const agent = proxy === null ? undefined : agentsOf(proxy)[protocol]
    const request = start(url, { headers: { 'user-agent': userAgent, ...headers }, agent, signal })
    request.on('error', (error: NodeJS.ErrnoException) => {
      // the server closed a connection that was kept for the next request
      if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) resolve(send(url, options))
      else reject(error)
    })
    request.on('response', resolve)
    request.end()
  })
}

const agents = new WeakMap<ProxyPlan, Record<'http:' | 'https:', Agent>>()

function agentsOf(proxy: ProxyPlan): Record<'http:' | 'https:', Agent> {
  const known = agents.get(proxy)
  if (known !== undefined) return known
  const made = { 'http:': new ProxyAgent(proxy), 'https:': new SecureProxyAgent(proxy) }
  agents.set(proxy, made)
  return made
}
