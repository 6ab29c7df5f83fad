import { readdir, readFile, readlink } from 'node:fs/promises'

/** Local addresses of a process's bound UDP and listening or connected TCP sockets, such as `tcp 0100007F`. */
export async function boundAddresses(pid: number): Promise<string[]> {
  const inodes = new Set<string>()
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    if (inode !== undefined) inodes.add(inode)
  }
  const found: string[] = []
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    for (const line of (await readFile(`/proc/net/${table}`, 'utf8')).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (inodes.has(fields[9] ?? '')) found.push(`${table} ${fields[1]!.split(':')[0]}`)
    }
  }
  return found.sort()
}
