// S7: queries and mutations from beginning to end.

import { MutationObserver, QueryObserver } from '@tanstack/query-core'

const TIMES = 10_000
const TIMERS = 100_000

export const workloads = {
  's7/fetch': fetch,
  's7/dedup': dedup,
  's7/mutate': mutate,
  // There are no layers in this cache: what stands beside them is the snapshot.
  's7/mutate-layers': mutate,
  's7/gc': collect,
  's7/stale': grow,
}

function fetch({ client, size }) {
  const times = size(TIMES)
  let sum = 0
  return {
    async run() {
      for (let id = 0; id < times; id++) {
        sum += await client.fetchQuery({ queryKey: ['bench', id], queryFn: async () => id })
      }
    },
    outcome: () => ({ queries: client.getQueryCache().getAll().length, sum }),
  }
}

function dedup({ client, size }) {
  const times = size(TIMES)
  let fetches = 0
  let sum = 0
  return {
    async run() {
      const all = []
      for (let at = 0; at < times; at++) {
        const queryFn = async () => {
          fetches += 1
          return 1
        }
        all.push(client.fetchQuery({ queryKey: ['bench', 'one'], queryFn }))
      }
      for (const fetching of all) sum += await fetching
    },
    outcome: () => ({ queries: client.getQueryCache().getAll().length, fetches, sum }),
  }
}

function mutate({ client, size }) {
  const times = size(TIMES)
  const queryKey = ['likes']
  client.setQueryData(queryKey, 0)
  let notified = 0
  new QueryObserver(client, { queryKey, staleTime: Infinity }).subscribe(() => (notified += 1))
  const observer = new MutationObserver(client, {
    mutationFn: async (likes) => likes,
    onMutate() {
      const before = client.getQueryData(queryKey)
      client.setQueryData(queryKey, before + 1)
      return { before }
    },
    onError: (_error, _likes, context) => void client.setQueryData(queryKey, context.before),
    onSuccess: (likes) => void client.setQueryData(queryKey, likes),
  })
  return {
    async run() {
      for (let at = 1; at <= times; at++) await observer.mutate(at)
    },
    outcome() {
      const mutations = client.getMutationCache().getAll().length
      return { likes: client.getQueryData(queryKey), mutations, shown: notified >= times ? 1 : 0 }
    },
  }
}

/** Every query is collected when nobody has wanted it for five minutes. */
function collect({ client, clock, size }) {
  const timers = size(TIMERS)
  let most = 0
  return {
    run() {
      for (let id = 0; id < timers; id++) {
        if (id % 100 === 0) clock.advance(1)
        client.setQueryData(['bench', id], id)
      }
      most = clock.timers
      clock.advance(600_000)
    },
    outcome: () => ({ most, queries: client.getQueryCache().getAll().length, timers: clock.timers }),
  }
}

/** Every observer hears that its data has become stale. */
function grow({ client, clock, size }) {
  const observers = size(TIMES)
  let notified = 0
  for (let id = 0; id < observers; id++) {
    client.setQueryData(['bench', id], id)
    const options = { queryKey: ['bench', id], staleTime: 1_000 + (id % 1_000) }
    new QueryObserver(client, options).subscribe((result) => (notified += result.isStale ? 1 : 0))
  }
  return {
    run: () => clock.advance(10_000),
    outcome: () => ({ notified, timers: clock.timers }),
  }
}
