/** The two settings that say which program this is. */
export interface Identity {
  /** `porla-lua/0.1.0` */
  user_agent: string
  /** First characters of the peer id, Azureus' way: `-PL0100-`. */
  peer_fingerprint: string
}

/** Who version `version` (as `1.12.3`) of this program is. */
export function identityOf(version: string): Identity {
  const [major = 0, minor = 0, patch = 0] = version
    .split(/[.-]/)
    .map((part) => Number.parseInt(part, 10) || 0)
  const digit = (n: number) => Math.min(n, 35).toString(36).toUpperCase()
  return {
    user_agent: `porla-lua/${version}`,
    peer_fingerprint: `-PL${digit(major)}${digit(minor)}${digit(patch)}0-`,
  }
}
