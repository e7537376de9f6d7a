// How both caches are written down. Every function here has its twin in `src/ours/text.rs`.

import { START } from './clock.mjs'

export const time = (at) => (at === 0 ? '0' : String(at - START))

const row = ({ n, tag }) => `${n}/${tag}`

export function data(data) {
  if (data === undefined) return '-'
  if (data.pages === undefined) return row(data)
  return `[${data.pages.map((page, at) => `${data.pageParams[at]}:${row(page)}`).join(' ')}]`
}

export const failure = (error) => (error === null || error === undefined ? '-' : `!${error.code}`)

const flags = (pairs) => pairs.map(([letter, on]) => (on ? letter : '')).join('')

export function query(query) {
  const s = query.state
  const about = flags([
    ['I', s.isInvalidated],
    ['A', query.isActive()],
    ['S', query.isStale()],
  ])
  return (
    `${s.status} ${s.fetchStatus} data=${data(s.data)} #${s.dataUpdateCount} @${time(s.dataUpdatedAt)}` +
    ` error=${failure(s.error)} #${s.errorUpdateCount} @${time(s.errorUpdatedAt)}` +
    ` failures=${s.fetchFailureCount} ${failure(s.fetchFailureReason)} observers=${query.getObserversCount()} [${about}]`
  )
}

export function result(r) {
  const about = flags([
    ['F', r.isFetched],
    ['M', r.isFetchedAfterMount],
    ['P', r.isPlaceholderData],
    ['S', r.isStale],
    ['E', r.isEnabled],
    ['l', r.isLoading],
    ['f', r.isFetching],
    ['r', r.isRefetching],
    ['p', r.isPaused],
    ['x', r.isLoadingError],
    ['y', r.isRefetchError],
    ['n', r.hasNextPage],
    ['b', r.hasPreviousPage],
    ['>', r.isFetchingNextPage],
    ['<', r.isFetchingPreviousPage],
    ['u', r.isFetchNextPageError],
    ['v', r.isFetchPreviousPageError],
  ])
  return (
    `${r.status} ${r.fetchStatus} data=${data(r.data)} @${time(r.dataUpdatedAt)}` +
    ` error=${failure(r.error)} #${r.errorUpdateCount} @${time(r.errorUpdatedAt)}` +
    ` failures=${r.failureCount} ${failure(r.failureReason)} [${about}]`
  )
}

export function mutation(s) {
  return (
    `${s.status}${s.isPaused ? ' paused' : ''} data=${data(s.data)} error=${failure(s.error)}` +
    ` failures=${s.failureCount} ${failure(s.failureReason)} variables=${s.variables ?? '-'} @${time(s.submittedAt)}`
  )
}
