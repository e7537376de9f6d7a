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

const staleTime = (said) => {
  if (said === 'never') return Infinity
  if (said === 'static') return 'static'
  if (said.after !== undefined) return said.after
  return (query) => (query.state.data !== undefined && query.state.data.tag % 2 === 0 ? said.evenTag : 0)
}

const gcTime = (said) => (said === 'never' ? Infinity : said.after)

const interval = (said) =>
  said.every ?? ((query) => (query.state.data === undefined || query.state.data.tag % 2 === 0 ? said.evenTag : false))

const retry = (said) => {
  if (said === 'forever') return true
  if (said === 'oddOnly') return (count, error) => count < 3 && Math.abs(error.code) % 2 === 1
  return said.times
}

const retryDelay = (said) => said.fixed ?? ((count) => (count + 1) * said.growing)

const select = (said, failures) => {
  if (said === 'tag') return (data) => ({ n: 0, tag: data.tag })
  return (data) => {
    if (data.tag % 2 !== 0) throw new Failure(-data.tag)
    return { n: data.n, tag: data.tag }
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

export function query(said, key, queryFn) {
  const options = { ...policy(said), queryKey: key, queryFn }
  if (said.placeholderData === 'previous') options.placeholderData = keepPreviousData
  else if (said.placeholderData !== undefined) {
    const row = said.placeholderData.row
    options.placeholderData = row
  }
  if (said.initialData !== undefined) {
    const { n, tag } = said.initialData
    options.initialData = () => ({ n, tag })
  }
  if (said.initialDataUpdatedAt !== undefined) options.initialDataUpdatedAt = START + said.initialDataUpdatedAt
  if (said.select !== undefined) options.select = select(said.select)
  return options
}

export function mutation(said, mutationFn, hook) {
  const options = { mutationFn }
  if (said.key !== undefined) options.mutationKey = said.key
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
