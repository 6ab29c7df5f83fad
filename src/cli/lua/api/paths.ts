import { resolve } from 'node:path'
import type { Api } from './api.ts'

/** A path as the daemon needs it, whose current folder is another one. '' is the script's current folder. */
export function absolutePath(api: Api, path: string): string {
  return resolve(api.cwd(), path)
}
