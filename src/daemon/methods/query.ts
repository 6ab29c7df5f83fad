import { PqlError, type PqlExpression, parsePql } from '../../pql/index.ts'
import { ErrorCode, RpcError } from '../../rpc/errors.ts'

/** Throws InvalidQuery, with the place in the text. */
export function parsedQuery(query: string): PqlExpression {
  try {
    return parsePql(query)
  } catch (error) {
    if (!(error instanceof PqlError)) throw error
    const { offset, line, column, excerpt } = error
    throw new RpcError(ErrorCode.InvalidQuery, error.message, {
      path: 'query',
      offset,
      line,
      column,
      excerpt,
    })
  }
}
