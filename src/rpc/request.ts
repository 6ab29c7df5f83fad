import type { JSONRPCID, JSONRPCRequest } from 'json-rpc-2.0'
import { found, isRecord } from '../program/value-in-words.ts'
import { ErrorCode, RpcError } from './errors.ts'

/** A message that is a request, or what is wrong with it and the id to answer to (null when it has no usable one). */
export type CheckedRequest = { request: JSONRPCRequest } | { error: RpcError; id: JSONRPCID }

/**
 * Checks the envelope of one message: json-rpc-2.0 lets a missing version, an id that is an object and params that are
 * a string through, and rejects for null. A request without an id is a notification.
 */
export function checkRequest(message: unknown): CheckedRequest {
  if (!isRecord(message)) {
    return invalid(null, `a request must be an object; this is ${found(message)}`)
  }
  const { jsonrpc, id, method, params } = message
  if (id !== undefined && !isId(id)) {
    return invalid(null, `the id must be a string, a number or null; it is ${found(id)}`)
  }
  const answerTo = id ?? null
  if (jsonrpc !== '2.0') return invalid(answerTo, `"jsonrpc" must be "2.0"; it is ${found(jsonrpc)}`)
  if (method === undefined && ('result' in message || 'error' in message)) {
    return invalid(answerTo, 'this is a response; the daemon asks nothing')
  }
  if (typeof method !== 'string')
    return invalid(answerTo, `"method" must be a string; it is ${found(method)}`)
  if (params !== undefined && !isRecord(params)) {
    const text = `params must be an object of named parameters, as in {"name": "default"}; it is ${found(params)}`
    return { id: answerTo, error: new RpcError(ErrorCode.InvalidParams, text, { method, path: '' }) }
  }
  return { request: id === undefined ? { jsonrpc, method, params } : { jsonrpc, id, method, params } }
}

function isId(value: unknown): value is JSONRPCID {
  return typeof value === 'string' || typeof value === 'number' || value === null
}

function invalid(id: JSONRPCID, message: string): CheckedRequest {
  return { id, error: new RpcError(ErrorCode.InvalidRequest, message) }
}
