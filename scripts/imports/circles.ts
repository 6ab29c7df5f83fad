/**
 * The circles of a graph of imports: its strongly connected components of more than one node (Tarjan 1972), each
 * sorted. `graph` maps a file to the files it imports; names that are no key of it count for nothing.
 */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const visit = (node: string): void => {
    order.set(node, order.size)
    lowest.set(node, order.get(node)!)
    path.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue
      if (!order.has(next)) visit(next)
      if (path.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!))
    }
    if (lowest.get(node) !== order.get(node)) return
    const component = path.splice(path.indexOf(node))
    if (component.length > 1) circles.push(component.sort())
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return circles.sort((a, b) => b.length - a.length || a[0]!.localeCompare(b[0]!))
}
