const shown = new Set<string>()

/** Says what is to be known of a configuration, once in a process; `write` gets a line for stderr. */
export function showConfigWarning({ warning }: { warning?: string }, write: (line: string) => void): void {
  if (warning === undefined || shown.has(warning)) return
  shown.add(warning)
  write(`porla-lua: warning: ${warning}\n`)
}
