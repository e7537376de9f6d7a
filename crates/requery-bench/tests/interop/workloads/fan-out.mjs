// S4: one change and 10,000 who hear of it.

import { notifyManager, QueryObserver } from '@tanstack/query-core'

const OBSERVERS = 10_000
const QUERIES = 10

export const workloads = {
  's4/plain': (setup) => update(setup, {}),
  's4/select': (setup) => update(setup, { select: (data) => data.round }),
  's4/batched': batched,
  's4/subscribe': subscribe,
}

const options = (query) => ({ queryKey: ['bench', query], staleTime: Infinity })

function update({ client, size }, more) {
  const observers = size(OBSERVERS)
  let notified = 0
  client.setQueryData(['bench', 0], { round: 0 })
  for (let at = 0; at < observers; at++) {
    new QueryObserver(client, { ...options(0), ...more }).subscribe(() => (notified += 1))
  }
  return {
    run: () => void client.setQueryData(['bench', 0], { round: 1 }),
    outcome: () => ({ notified, round: client.getQueryData(['bench', 0]).round }),
  }
}

function batched({ client, size }) {
  const each = Math.max(1, Math.floor(size(OBSERVERS) / QUERIES))
  let notified = 0
  for (let query = 0; query < QUERIES; query++) {
    client.setQueryData(['bench', query], { round: 0 })
    for (let at = 0; at < each; at++) {
      new QueryObserver(client, options(query)).subscribe(() => (notified += 1))
    }
  }
  return {
    run() {
      notifyManager.batch(() => {
        for (let query = 0; query < QUERIES; query++) client.setQueryData(['bench', query], { round: 1 })
      })
    },
    outcome: () => ({ notified, round: client.getQueryData(['bench', 0]).round }),
  }
}

function subscribe({ client, size }) {
  client.setQueryData(['bench', 0], { round: 0 })
  const observers = Array.from(
    { length: size(OBSERVERS) },
    () => new QueryObserver(client, options(0)),
  )
  const query = client.getQueryCache().find({ queryKey: ['bench', 0] })
  let most = 0
  return {
    run() {
      const ends = observers.map((observer) => observer.subscribe(() => {}))
      most = query.getObserversCount()
      for (const end of ends) end()
    },
    outcome: () => ({ most, left: query.getObserversCount() }),
  }
}
