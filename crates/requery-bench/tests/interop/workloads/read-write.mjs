// S1: writing and reading 10,000 queries, each ten times.

import { QueryObserver } from '@tanstack/query-core'

const QUERIES = 10_000
const ROUNDS = 10

const key = (id) => ['bench', 'todo', id]

export const workloads = {
  's1/set': (setup) => write(setup),
  's1/set-observed': (setup) => write(setup, { observed: true }),
  's1/set-defaults': (setup) => write(setup, { defaults: true }),
  's1/get': (setup) => read(setup),
  's1/get-defaults': (setup) => read(setup, { defaults: true }),
}

function write({ client, size }, { observed = false, defaults = false } = {}) {
  const queries = size(QUERIES)
  if (defaults) setDefaults(client)
  let notified = 0
  if (observed) observe(client, queries, () => (notified += 1))
  return {
    run() {
      for (let round = 1; round <= ROUNDS; round++) {
        for (let id = 0; id < queries; id++) {
          client.setQueryData(key(id), { id, done: false, round })
        }
      }
    },
    outcome() {
      const all = client.getQueryCache().getAll()
      const rounds = all.reduce((sum, query) => sum + query.state.data.round, 0)
      return { queries: all.length, rounds, notified }
    },
  }
}

function read({ client, size }, { defaults = false } = {}) {
  const queries = size(QUERIES)
  if (defaults) setDefaults(client)
  for (let id = 0; id < queries; id++) client.setQueryData(key(id), { id, done: false, round: 1 })
  let rounds = 0
  return {
    run() {
      for (let round = 0; round < ROUNDS; round++) {
        for (let id = 0; id < queries; id++) rounds += client.getQueryData(key(id)).round
      }
    },
    outcome: () => ({ queries: client.getQueryCache().getAll().length, rounds }),
  }
}

function setDefaults(client) {
  client.setDefaultOptions({ queries: { staleTime: 30_000 } })
  for (let at = 0; at < 10; at++) {
    client.setQueryDefaults(['bench', `kind ${at}`], { gcTime: 60_000 })
  }
}

function observe(client, queries, listener) {
  for (let id = 0; id < queries; id++) {
    client.setQueryData(key(id), { id, done: false, round: 0 })
    new QueryObserver(client, { queryKey: key(id), staleTime: Infinity }).subscribe(listener)
  }
}
