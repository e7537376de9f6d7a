// From the options of a scenario to those of the reference.

import { keepPreviousData } from '@tanstack/query-core'
import { START } from './clock.mjs'

export class Failure {
  constructor(code) {
    this.code = code
  }
}

const flags = {
  empty: (query) => query.state.data === undefined,
  filled: (query) => query.state.data !== undefined,
  calm: (query) => query.state.error === null,
}

const refetch = { stale: true, always: 'always', never: false }

// What functions of the data look at: the row, or the last of the pages.
const tag = (data) => (data.pages === undefined ? data : (data.pages.at(-1) ?? { tag: 0 })).tag

/** The data that one row makes. */
export const holding = ({ n, tag }, isPaged) => (isPaged ? { pages: [{ n, tag }], pageParams: [0] } : { n, tag })

/** Other rows in the place of these. */
export const changed = (data, change) =>
  data.pages === undefined ? change(data) : { pages: data.pages.map(change), pageParams: [...data.pageParams] }

const staleTime = (said) => {
  if (said === 'never') return Infinity
  if (said === 'static') return 'static'
  if (said.after !== undefined) return said.after
  return (query) => (query.state.data !== undefined && tag(query.state.data) % 2 === 0 ? said.evenTag : 0)
}

const gcTime = (said) => (said === 'never' ? Infinity : said.after)

const interval = (said) =>
  said.every ?? ((query) => (query.state.data === undefined || tag(query.state.data) % 2 === 0 ? said.evenTag : false))

const retry = (said) => {
  if (said === 'forever') return true
  if (said === 'oddOnly') return (count, error) => count < 3 && Math.abs(error.code) % 2 === 1
  return said.times
}

const retryDelay = (said) => said.fixed ?? ((count) => (count + 1) * said.growing)

const select = (said) => {
  if (said === 'tag') return (data) => changed(data, ({ tag }) => ({ n: 0, tag }))
  return (data) => {
    if (tag(data) % 2 !== 0) throw new Failure(-tag(data))
    return changed(data, ({ n, tag }) => ({ n, tag }))
  }
}

function paging({ after = 0, before = 0, endsAtOdd = false, maxPages, pages } = {}) {
  return {
    initialPageParam: 0,
    getNextPageParam: (row, _rows, number) => (number < after && !(endsAtOdd && row.tag % 2 !== 0) ? number + 1 : undefined),
    getPreviousPageParam: (_row, _rows, number) => (number > -before ? number - 1 : undefined),
    ...(maxPages !== undefined && { maxPages }),
    ...(pages !== undefined && { pages }),
  }
}

const translations = {
  enabled: (said) => (typeof said === 'boolean' ? said : flags[said]),
  staleTime,
  gcTime,
  refetchInterval: interval,
  refetchIntervalInBackground: (said) => said,
  refetchOnMount: (said) => refetch[said],
  refetchOnWindowFocus: (said) => refetch[said],
  refetchOnReconnect: (said) => refetch[said],
  retryOnMount: (said) => said,
  retry,
  retryDelay,
  networkMode: (said) => said,
  structuralSharing: (said) => said,
}

export function policy(said) {
  const options = {}
  for (const [name, translate] of Object.entries(translations)) {
    if (said[name] !== undefined) options[name] = translate(said[name])
  }
  return options
}

export function query(said, key, isPaged, queryFn) {
  const options = { ...policy(said), queryKey: key, queryFn, ...(isPaged && paging(said.pages)) }
  if (said.placeholderData === 'previous') options.placeholderData = keepPreviousData
  else if (said.placeholderData !== undefined) {
    options.placeholderData = holding(said.placeholderData.row, isPaged)
  }
  if (said.initialData !== undefined) {
    options.initialData = () => holding(said.initialData, isPaged)
  }
  if (said.initialDataUpdatedAt !== undefined) options.initialDataUpdatedAt = START + said.initialDataUpdatedAt
  if (said.select !== undefined) options.select = select(said.select)
  if (said.notifyOn !== undefined) options.notifyOnChangeProps = said.notifyOn
  return options
}

export function mutation(said, mutationFn, hook) {
  const options = { mutationFn }
  if (said.key !== undefined) options.mutationKey = said.key
  if (said.resumable && said.key !== undefined) options.resumable = true
  if (said.scope !== undefined) options.scope = { id: said.scope }
  if (said.retry !== undefined) options.retry = retry(said.retry)
  if (said.retryDelay !== undefined) options.retryDelay = retryDelay(said.retryDelay)
  if (said.networkMode !== undefined) options.networkMode = said.networkMode
  if (said.gcTime !== undefined) options.gcTime = gcTime(said.gcTime)
  for (const name of ['onMutate', 'onSuccess', 'onError', 'onSettled']) {
    if (said[name] !== undefined) options[name] = hook(name, said[name])
  }
  return options
}

export function filters(said) {
  const options = {}
  if (said.key !== undefined) options.queryKey = said.key
  if (said.exact) options.exact = true
  if (said.type !== undefined) options.type = said.type
  if (said.stale !== undefined) options.stale = said.stale
  if (said.fetchStatus !== undefined) options.fetchStatus = said.fetchStatus
  if (said.predicate === 'filled') options.predicate = (query) => query.state.dataUpdatedAt > 0
  if (said.predicate === 'failed') options.predicate = (query) => query.state.status === 'error'
  return options
}
