// What a query and an observer weigh: bytes that stay, for 10,000 of each.

import { QueryObserver } from '@tanstack/query-core'

const COUNT = 10_000

export const workloads = {
  'memory/query': queries,
  'memory/observer': observers,
}

function bytes() {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function queries({ client, size }) {
  const count = size(COUNT)
  const parts = []
  return {
    run() {
      const before = bytes()
      for (let id = 0; id < count; id++) client.setQueryData(['bench', 'todo', id], id)
      parts.push((bytes() - before) / count)
    },
    outcome: () => ({ queries: client.getQueryCache().getAll().length }),
    parts: () => parts,
  }
}

function observers({ client, size }) {
  const count = size(COUNT)
  client.setQueryData(['bench'], 1)
  const query = client.getQueryCache().find({ queryKey: ['bench'] })
  const parts = []
  const ends = []
  const listener = () => {}
  return {
    run() {
      const before = bytes()
      for (let at = 0; at < count; at++) {
        ends.push(new QueryObserver(client, { queryKey: ['bench'], staleTime: Infinity }).subscribe(listener))
      }
      parts.push((bytes() - before) / count)
    },
    outcome: () => ({ observers: query.getObserversCount() }),
    parts: () => parts,
  }
}
