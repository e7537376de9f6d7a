// S3: marking as invalid, in a cache of 10,000 queries in 1,000 groups.

import { QueryObserver } from '@tanstack/query-core'

const QUERIES = 10_000
const ACTIVE = 1_000
const TIMES = 100

export const workloads = {
  's3/exact': (setup) =>
    invalidate(setup, TIMES, (at) => ({ queryKey: ['bench', at, at], exact: true })),
  's3/prefix': (setup) => invalidate(setup, TIMES, (at) => ({ queryKey: ['bench', at] })),
  's3/all': (setup) => invalidate(setup, 1, () => ({ queryKey: ['bench'] })),
  's3/refetch': refetch,
}

function invalidate({ client, size }, times, filters) {
  const queries = size(QUERIES)
  const groups = Math.max(1, Math.floor(queries / 10))
  for (let id = 0; id < queries; id++) client.setQueryData(['bench', id % groups, id], id)
  return {
    run() {
      for (let at = 0; at < Math.min(times, groups); at++) client.invalidateQueries(filters(at))
    },
    outcome() {
      const all = client.getQueryCache().getAll()
      return { queries: all.length, invalid: all.filter((query) => query.state.isInvalidated).length }
    },
  }
}

async function refetch({ client, size }) {
  const queries = size(ACTIVE)
  let fetches = 0
  let notified = 0
  for (let id = 0; id < queries; id++) {
    const observer = new QueryObserver(client, {
      queryKey: ['bench', id],
      queryFn: async () => {
        fetches += 1
        return fetches
      },
    })
    observer.subscribe(() => (notified += 1))
  }
  // Joins the fetches that mounting began.
  await client.refetchQueries({}, { cancelRefetch: false })
  fetches = 0
  notified = 0
  return {
    run: () => client.invalidateQueries({ queryKey: ['bench'] }),
    outcome() {
      const all = client.getQueryCache().getAll()
      return { fetches, notified, invalid: all.filter((query) => query.state.isInvalidated).length }
    },
  }
}
