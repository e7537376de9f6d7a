// S6: 1,000 pushed events, each a new state of one of 2,000 rows, which 50 lists of 200 rows and 100 detail views show.

import { QueryObserver } from '@tanstack/query-core'
import { row } from './sharing.mjs'

const EVENTS = 1_000
const LISTS = 50
const ROWS = 200
const DETAILS = 100
const IN_LISTS = 5

export const workloads = {
  's6/lists': (setup) => push(setup, everyList),
  's6/lists-guarded': (setup) => push(setup, listsThatShowIt),
  // There are no entities in this cache: what stands beside them is the first.
  's6/entities': (setup) => push(setup, everyList),
}

function push({ client, size }, apply) {
  const events = size(EVENTS)
  const rows = size(ROWS)
  const entities = Math.floor((LISTS * rows) / IN_LISTS)
  const details = Math.min(size(DETAILS), entities)
  let shown = 0
  const listen = (queryKey, data) => {
    client.setQueryData(queryKey, data)
    let last = client.getQueryData(queryKey)
    new QueryObserver(client, { queryKey, staleTime: Infinity }).subscribe((result) => {
      if (result.data !== last) shown += 1
      last = result.data
    })
  }
  for (let list = 0; list < LISTS; list++) {
    // Neighbouring lists overlap: every row is in five of them.
    const at = (position) => (list * Math.max(1, Math.floor(rows / IN_LISTS)) + position) % entities
    listen(['list', list], Array.from({ length: rows }, (_, position) => row(at(position), 1)))
  }
  for (let id = 0; id < details; id++) listen(['detail', id], row(id, 1))
  const pushed = Array.from({ length: events }, (_, at) => row((at * 7) % entities, 2 + Math.floor(at / entities)))
  const parts = []
  return {
    run() {
      for (const event of pushed) {
        const began = performance.now()
        apply(client, event)
        client.setQueryData(['detail', event.id], (known) => (known === undefined ? undefined : event))
        parts.push((performance.now() - began) * 1e6)
      }
    },
    outcome() {
      const versions = (data) => [data].flat().reduce((sum, row) => sum + row.version, 0)
      const all = client.getQueryCache().getAll()
      return { shown, queries: all.length, versions: all.reduce((sum, it) => sum + versions(it.state.data), 0) }
    },
    parts: () => parts,
  }
}

/** As a partial update is usually written: every list is mapped. */
function everyList(client, event) {
  client.setQueriesData({ queryKey: ['list'] }, (rows) => rows.map((row) => (row.id === event.id ? event : row)))
}

/** Lists without the row are left alone. */
function listsThatShowIt(client, event) {
  client.setQueriesData({ queryKey: ['list'] }, (rows) => {
    const at = rows.findIndex((row) => row.id === event.id)
    return at < 0 ? undefined : rows.with(at, event)
  })
}
