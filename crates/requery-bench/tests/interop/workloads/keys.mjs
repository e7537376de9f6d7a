// S2: what makes a key out of what callers write: the same key whatever order its fields are in.

import { hashKey } from '@tanstack/query-core'

const KEYS = 100_000
const DIFFERENT = 100

export const workloads = {
  's2/pair': (setup) => compare(setup, [pair]),
  's2/filters': (setup) => compare(setup, [filters, permuted, reversed]),
  's2/filters-dynamic': (setup) => compare(setup, [filters, permuted, reversed]),
}

function compare({ size }, makers) {
  const count = size(KEYS)
  const known = Array.from({ length: DIFFERENT }, (_, id) => hashKey(makers[0](id)))
  let equal = 0
  return {
    run() {
      for (let at = 0; at < count; at++) {
        const id = at % DIFFERENT
        if (hashKey(makers[at % makers.length](id)) === known[id]) equal += 1
      }
    },
    outcome: () => ({ equal, different: new Set(known).size }),
  }
}

const pair = (id) => ['todo', id]

const filters = (id) => [
  'leads',
  { category: 'restaurant', city: 'Helsinki', page: id, range: { from: 0, to: id }, sort: 'name' },
]

const permuted = (id) => [
  'leads',
  { sort: 'name', range: { to: id, from: 0 }, page: id, category: 'restaurant', city: 'Helsinki' },
]

const reversed = (id) => [
  'leads',
  { sort: 'name', range: { to: id, from: 0 }, page: id, city: 'Helsinki', category: 'restaurant' },
]
