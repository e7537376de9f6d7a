// S8: 10,000 queries as JSON, and back.

import { dehydrate, hydrate, QueryClient } from '@tanstack/query-core'

const QUERIES = 10_000

export const workloads = {
  's8/dehydrate': write,
  's8/hydrate': read,
  's8/dehydrate-own': write,
  's8/hydrate-own': read,
}

function fill(client, queries) {
  for (let id = 0; id < queries; id++) {
    client.setQueryData(['place', id], { id, name: `Place ${id}`, city: 'Helsinki', rating: id % 50, isOpen: id % 3 === 0 })
  }
}

function write({ client, size }) {
  fill(client, size(QUERIES))
  let text = ''
  return {
    run() {
      text = JSON.stringify(dehydrate(client))
    },
    outcome: () => ({ queries: JSON.parse(text).queries.length }),
    parts: () => [Buffer.byteLength(text)],
  }
}

function read({ client, size }) {
  const queries = size(QUERIES)
  const other = new QueryClient()
  fill(other, queries)
  const text = JSON.stringify(dehydrate(other))
  let ratings = 0
  return {
    run() {
      hydrate(client, JSON.parse(text))
      for (let id = 0; id < queries; id++) ratings += client.getQueryData(['place', id]).rating
    },
    outcome: () => ({ queries: client.getQueryCache().getAll().length, ratings }),
  }
}
