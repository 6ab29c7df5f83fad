import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import type { Turns } from '../program/turns.ts'
import { isRecord } from '../program/value-in-words.ts'
import { base64Format, isBase64 } from './base64.ts'
import type { MethodSpec } from './contract/method.ts'
import { ErrorCode, RpcError } from './errors.ts'
import { withoutNulls } from './left-out.ts'
import { findProblem, type Problem, type SchemaNode } from './schema-problem.ts'

Format.Set(base64Format, isBase64)

/** Items of a list that are checked in one go. */
const partLength = 500

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

  /** As checkParams, of many values: others have their turn in between. */
  async checkParamsInTurns(method: keyof C & string, given: unknown, turns: Turns): Promise<unknown> {
    if (await this.#fitsInTurns(this.#contract[method]!.params, given, turns)) return given
    return this.checkParams(method, given)
  }

  /** As resultProblem, of many values: others have their turn in between. */
  async resultProblemInTurns(
    method: keyof C & string,
    result: unknown,
    turns: Turns,
  ): Promise<Problem | null> {
    const schema = this.#contract[method]!.result
    return (await this.#fitsInTurns(schema, result, turns)) ? null : this.#problem(schema, result)
  }

  /** A long list in a field is checked in parts, each as a whole: no schema says how long a list has to be. */
  async #fitsInTurns(schema: TSchema, value: unknown, turns: Turns): Promise<boolean> {
    const { properties } = schema as { properties?: Record<string, TSchema> }
    if (!isRecord(value) || properties === undefined) return this.#fits(schema, value)
    const rest = { ...value }
    for (const [name, node] of Object.entries(properties)) {
      const list = Object.hasOwn(value, name) ? value[name] : null
      if (!Array.isArray(list) || list.length <= partLength) continue
      rest[name] = []
      for (let from = 0; from < list.length; from += partLength) {
        if (!this.#fits(node, list.slice(from, from + partLength))) return false
        await turns.next()
      }
    }
    return this.#fits(schema, rest)
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
