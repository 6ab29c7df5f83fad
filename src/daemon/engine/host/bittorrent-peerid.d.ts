declare module 'bittorrent-peerid' {
  /** What is known of a peer id, given as 40 hex digits. Throws for any other length. */
  export default function peerid(peerId: string): { client: string; version?: string }
}
