// Dehydrating the cache, and hydrating it with what was dehydrated before.

import { dehydrate, hydrate } from '@tanstack/query-core'
import * as text from './text.mjs'

/** What `dehydrate` gives, and can be hydrated any number of times. */
export function dehydrated(client, { pending }, log) {
  const state = dehydrate(client, {
    shouldDehydrateQuery: (query) => query.state.status === 'success' || (pending && isFirstFetch(query)),
    // Only what has a key can be done elsewhere, and only what says so in requery.
    shouldDehydrateMutation: (it) => it.state.isPaused && it.options.resumable && it.options.mutationKey !== undefined,
  })
  // Fetches in flight come after what has data, which requery keeps apart.
  state.queries.sort((a, b) => (a.promise === undefined ? 0 : 1) - (b.promise === undefined ? 0 : 1))
  for (const it of state.queries) {
    const what =
      it.promise === undefined
        ? `${text.data(it.state.data)} @${text.time(it.state.dataUpdatedAt)} ${it.state.isInvalidated}`
        : 'pending'
    log.add(`dehydrated ${JSON.stringify(it.queryKey)}`, what)
  }
  for (const it of state.mutations) {
    log.add(`dehydrated mutation ${JSON.stringify(it.mutationKey)}`, String(it.state.variables))
  }
  return { queries: state.queries.map(travelling), mutations: state.mutations.map(withoutContext) }
}

export function hydrated(client, { queries, mutations }, mayWrite) {
  hydrate(client, {
    queries: queries.filter((it) => mayWrite(it.queryKey)).map(copy).map(withoutCounters),
    mutations: structuredClone(mutations),
  })
}

function isFirstFetch(query) {
  return query.state.status === 'pending' && query.promise !== undefined
}

// Why a fetch failed does not travel in requery: such a promise stays open.
function travelling(query) {
  if (query.promise === undefined) return structuredClone(query)
  const promise = new Promise((resolve) => query.promise.then((data) => resolve(structuredClone(data)), () => {}))
  return { ...structuredClone({ ...query, promise: undefined }), promise }
}

function copy({ promise, ...query }) {
  const copied = structuredClone(query)
  return promise === undefined ? copied : { ...copied, promise }
}

// What was fetched, not how often it was and how often it failed: that is all that requery dehydrates.
function withoutCounters(query) {
  const none = { errorUpdateCount: 0, errorUpdatedAt: 0, fetchFailureCount: 0, fetchFailureReason: null, fetchMeta: null }
  if (query.promise !== undefined) {
    return { ...query, state: { ...query.state, ...none, dataUpdateCount: 0, isInvalidated: false } }
  }
  return { ...query, state: { ...query.state, ...none, dataUpdateCount: 1 } }
}

function withoutContext(mutation) {
  const copied = structuredClone({ ...mutation, state: { ...mutation.state, context: undefined, failureReason: null } })
  return { ...copied, scope: mutation.scope }
}
