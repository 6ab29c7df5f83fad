import type { TestContext } from 'node:test'

/** What a foreign client is started for: one torrent, alone on 127.0.0.1. */
export interface Job {
  /** `seed`: everything is in `folder` already. */
  role: 'seed' | 'download'
  torrentFile: string
  /** Save path. */
  folder: string
  /** Encrypted connections only. Otherwise the client's own default. */
  encrypted?: boolean
}

/** A foreign client at work. */
export interface Running {
  /** `host:port` that it takes peers at. */
  address: string
  /** Tells it of a peer; absent where the client cannot be told. */
  dial?: (address: string) => Promise<void>
  /** Resolves when it has everything, checked. */
  done: (timeoutMs: number) => Promise<unknown>
  /** Ends it; what it had to write is on disk then. */
  end: () => Promise<void>
}

export interface Client {
  name: string
  /** Whether a download by it holds the empty files, too. */
  makesEmptyFiles: boolean
  /** Whether it keeps the names of files as libtorrent does. */
  keepsNames: boolean
  start: (t: TestContext, job: Job) => Promise<Running>
}
