/** The part of create-torrent that is used; the package has no types. */
declare module 'create-torrent' {
  export interface Options {
    name: string
    pieceLength: number
    announceList: string[][]
    filterJunkFiles: boolean
    comment?: string
    createdBy?: string
    private?: boolean
    urlList?: string[]
  }
  /** `input`: objects with `fullPath`, `pipe` and an asynchronous iterator over their bytes. */
  export default function createTorrent(
    input: object[],
    options: Options,
    done: (error: Error | null, torrent: Uint8Array) => void,
  ): void
}
