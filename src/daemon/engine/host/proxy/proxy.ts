import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { SocksClient, type SocksClientOptions } from 'socks'
import { joinAddress } from '../../peer-address.ts'
import type { ProxyPlan } from './proxy-plan.ts'

/** Where a connection should end. */
export interface Destination {
  /** Name or address, IPv6 without brackets. */
  host: string
  port: number
}

/**
 * A connection to `destination` through the proxy. Rejects with a sentence that names the proxy, after `timeoutMs` at
 * the latest, and when `signal` says so. Nothing is ever sent to the destination itself, and its name is not looked
 * up here if the proxy is to do that.
 */
export async function connectThrough(
  proxy: ProxyPlan,
  destination: Destination,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Socket> {
  const name = `the ${proxy.type} proxy ${proxy.host}:${proxy.port}`
  if (proxy.host === '' || proxy.port < 1 || proxy.port > 65535) {
    throw new Error('proxy_type is set, but proxy_hostname and proxy_port name no proxy')
  }
  const to = proxy.hostnames || isIP(destination.host) > 0 ? destination : await resolved(destination)
  signal?.throwIfAborted()
  try {
    const open = proxy.type === 'http' ? tunnel : socks
    return await open(proxy, to, timeoutMs, signal)
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

async function resolved({ host, port }: Destination): Promise<Destination> {
  return { host: (await lookup(host)).address, port }
}

async function socks(
  proxy: ProxyPlan,
  destination: Destination,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  // the client would open it by itself, but then nothing could end it early
  const socket = connect({ host: proxy.host, port: proxy.port })
  const end = () => socket.destroy(new Error('given up'))
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  signal?.addEventListener('abort', end)
  try {
    await once(socket, 'connect')
    await SocksClient.createConnection({
      ...socksOptions(proxy, destination, timeoutMs),
      command: 'connect',
      existing_socket: socket,
    })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

/** What `socks` wants to know, for any command. */
export function socksOptions(
  proxy: ProxyPlan,
  destination: Destination,
  timeoutMs: number,
): Omit<SocksClientOptions, 'command'> {
  return {
    destination,
    timeout: timeoutMs,
    proxy: {
      host: proxy.host,
      port: proxy.port,
      type: proxy.type === 'socks4' ? 4 : 5,
      ...(proxy.username === null ? {} : { userId: proxy.username }),
      ...(proxy.password === null ? {} : { password: proxy.password }),
    },
  }
}

/** HTTP CONNECT (RFC 9110, 9.3.6). */
function tunnel(
  proxy: ProxyPlan,
  { host, port }: Destination,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const authority = joinAddress(host, port)
  const login = `${proxy.username ?? ''}:${proxy.password ?? ''}`
  return new Promise((resolve, reject) => {
    const asking = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      agent: false,
      signal,
      headers: {
        host: authority,
        ...(proxy.username === null
          ? {}
          : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
    })
    const timer = setTimeout(() => asking.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    asking.once('close', () => clearTimeout(timer))
    asking.once('connect', (response, socket: Socket, first: Buffer) => {
      clearTimeout(timer)
      if (response.statusCode !== 200) {
        socket.destroy()
        reject(new Error(`it answered ${response.statusCode} ${response.statusMessage}`))
        return
      }
      if (first.length > 0) socket.unshift(first)
      resolve(socket)
    })
    // a proxy that takes CONNECT for a request like any other
    asking.once('response', (response) => {
      response.destroy()
      reject(new Error(`it answered ${response.statusCode} ${response.statusMessage}`))
    })
    asking.once('error', reject)
    asking.end()
  })
}
