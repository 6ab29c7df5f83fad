import { type Static, type TObject, type TSchema, Type } from 'typebox'

/**
 * One method of the protocol: what it takes, what it answers, whether it changes anything, and one line of
 * documentation. The daemon validates with it, the client is typed by it, docs/rpc.md is generated from it.
 */
export interface MethodSpec<P extends TObject = TObject, R extends TSchema = TSchema> {
  /** Named parameters only; a field that is not listed is an error. */
  readonly params: P
  readonly result: R
  /** True when the call changes what the daemon keeps. */
  readonly changes: boolean
  /** One sentence in the present tense. */
  readonly doc: string
}

/** Ties the types of one method together. */
export function method<P extends TObject, R extends TSchema>(spec: MethodSpec<P, R>): MethodSpec<P, R> {
  return spec
}

/** An object schema that rejects unknown fields. */
export function object<T extends Parameters<typeof Type.Object>[0]>(properties: T, doc?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(doc && { description: doc }) })
}

/** Parameters of a method that takes none. */
export const noParams = object({})

/** Result of a method that only acknowledges. */
export const nothing = Type.Null()

export type ParamsOf<M> = M extends MethodSpec<infer P, TSchema> ? Static<P> : never
export type ResultOf<M> = M extends MethodSpec<TObject, infer R> ? Static<R> : never
