import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import { base64Format, isBase64 } from './base64.ts'
import type { MethodSpec } from './contract/method.ts'
import { ErrorCode, RpcError } from './errors.ts'
import { withoutNulls } from './left-out.ts'
import { findProblem, type Problem, type SchemaNode } from './schema-problem.ts'

Format.Set(base64Format, isBase64)

/** The methods of a protocol by name. */
export type Contract = Readonly<Record<string, MethodSpec>>

/**
 * Checks parameters and results against a contract. Each schema is compiled when it is first needed: compiling all of
 * them takes longer than the rest of the daemon's start. A list of 10,000 torrents takes a few milliseconds to check.
 */
export class Validator<C extends Contract> {
  readonly #contract: C
  readonly #compiled = new Map<TSchema, ReturnType<typeof Compile>>()

  constructor(contract: C) {
    this.#contract = contract
  }

  /**
   * Returns parameters that fit: those that were given, without the nulls that stand for what is left out. Throws
   * InvalidParams: the message names the field, what was found and what was expected; `data.path` the field.
   */
  checkParams(method: keyof C & string, given: unknown): unknown {
    const schema = this.#contract[method]!.params
    if (this.#fits(schema, given)) return given
    const params = withoutNulls(schema as SchemaNode, given)
    const problem = this.#problem(schema, params)
    if (!problem) return params
    const field = problem.path === '' ? 'params' : `'${problem.path}'`
    throw new RpcError(ErrorCode.InvalidParams, `${method}: ${field} ${problem.message}`, {
      method,
      path: problem.path,
    })
  }

  /** What breaks the contract in a result, null when nothing does. */
  resultProblem(method: keyof C & string, result: unknown): Problem | null {
    return this.#problem(this.#contract[method]!.result, result)
  }

  #fits(schema: TSchema, value: unknown): boolean {
    return this.#compile(schema).Check(value)
  }

  #compile(schema: TSchema): ReturnType<typeof Compile> {
    let compiled = this.#compiled.get(schema)
    if (!compiled) {
      compiled = Compile(schema)
      this.#compiled.set(schema, compiled)
    }
    return compiled
  }

  #problem(schema: TSchema, value: unknown): Problem | null {
    if (this.#fits(schema, value)) return null
    const problem = findProblem(schema as SchemaNode, value)
    if (problem) return problem
    const first = this.#compile(schema).Errors(value)[0]
    return {
      path: first?.instancePath.replaceAll('/', '.').slice(1) ?? '',
      message: first?.message ?? 'is invalid',
    }
  }
}
