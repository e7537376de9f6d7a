// One scenario on one fresh cache.

import {
  InfiniteQueryObserver,
  MutationObserver,
  QueryClient,
  QueryObserver,
  focusManager,
  hashKey,
  isCancelledError,
  notifyManager,
  onlineManager,
  timeoutManager,
} from '@tanstack/query-core'
import { Clock, START } from './clock.mjs'
import { dehydrated, hydrated } from './dehydration.mjs'
import { Log } from './log.mjs'
import { Many } from './many.mjs'
import * as options from './options.mjs'
import { Server } from './server.mjs'
import * as text from './text.mjs'

export class World {
  clock = new Clock()
  log = new Log()
  #client = new QueryClient()
  #server = new Server(this.clock, this.log)
  #queries
  #mutations
  #observers = new Map()
  #many = new Map()
  #mutationObservers = new Map()
  #dehydrated = new Map()
  #removed = new WeakSet()
  #step = 0
  #mounts = 1

  constructor(scenario) {
    this.scenario = scenario
    this.#takeOverTime()
    focusManager.setFocused(true)
    onlineManager.setOnline(true)
    this.#queries = scenario.queries.map((said) => this.#queryOptions(said))
    this.#mutations = scenario.mutations.map((said, at) => this.#mutationOptions(said, at))
    this.#refetchOnlyWhatCanBeFetched()
    this.#queueByKey()
    this.#setMutationDefaults()
    this.#listen()
    this.#setDefaults({})
    this.#client.mount()
  }

  async run() {
    for (const step of this.scenario.steps) {
      this.log.line(`> ${this.#step} ${step.op}`)
      await this.#perform(step)
      // What follows from coming back begins a few turns later here, and at once in requery.
      if (!['focus', 'online', 'resumeMutations'].includes(step.op)) this.#show()
      await this.clock.advance(0)
      this.log.flush()
      this.#show()
      this.#step += 1
    }
    for (; this.#mounts > 0; this.#mounts -= 1) this.#client.unmount()
    this.#client.clear()
    return this.log.lines
  }

  // Said or not, data is stale at once; but only where it is said, data of the future becomes stale when its time comes.
  // Said or not, observers are enabled; but timers begin anew when options say it after others that did not.
  #setDefaults(queries) {
    this.#client.setDefaultOptions({ queries: { staleTime: 0, enabled: true, ...queries } })
  }

  #takeOverTime() {
    const { clock } = this
    Date.now = () => clock.now
    timeoutManager.setTimeoutProvider({
      setTimeout: (callback, delay) => clock.after(delay, callback),
      clearTimeout: (id) => clock.clear(id),
      setInterval: (callback, period) => clock.every(period, callback),
      clearInterval: (id) => clock.clear(id),
    })
  }

  // A query that was only ever written to, never given a function, fails in the reference when it is refetched. In Rust
  // there is no error of the caller's type to fail with: nobody fetches it.
  #refetchOnlyWhatCanBeFetched() {
    const client = this.#client
    const refetch = client.refetchQueries.bind(client)
    const canBeFetched = (query) =>
      query.options.queryFn !== undefined || query.observers.some((it) => it.options.queryFn !== undefined)
    client.refetchQueries = (filters, how) => {
      const wanted = filters?.predicate ?? (() => true)
      return refetch({ ...filters, predicate: (query) => canBeFetched(query) && wanted(query) }, how)
    }
  }

  // The reference never collects a query that was reset while nobody observed it.
  #collectWhatIsReset(query) {
    const reset = query.reset.bind(query)
    query.reset = () => {
      reset()
      if (query.getObserversCount() === 0) query.scheduleGc()
    }
  }

  #listen() {
    this.#client.getQueryCache().subscribe((event) => {
      const key = JSON.stringify(event.query.queryKey)
      // A fetch that an observer joins when it polls is not told to it before it ends; in requery it is.
      if (event.type === 'observerAdded') queueMicrotask(() => event.observer.hasListeners() && event.observer.onQueryUpdate())
      if (event.type === 'added') this.#collectWhatIsReset(event.query)
      if (!['added', 'removed', 'updated', 'observerAdded', 'observerRemoved'].includes(event.type)) return
      // Handles of queries that are no longer in the cache go on telling.
      if (event.type !== 'removed' && !this.#isInCache(event.query)) return
      this.log.add(`event ${key}`, event.type === 'updated' ? actionName(event.action) : event.type)
    })
    this.#client.getMutationCache().subscribe((event) => {
      if (!['added', 'removed', 'updated'].includes(event.type)) return
      // A handle that outlives its mutation removes it once more.
      if (event.type === 'removed' && this.#removed.has(event.mutation)) return
      if (event.type === 'removed') this.#removed.add(event.mutation)
      this.log.add(
        `mutation event ${event.mutation.mutationId}`,
        event.type === 'updated' ? event.action.type : event.type,
      )
    })
  }

  #isInCache(query) {
    return this.#client.getQueryCache().get(query.queryHash) === query
  }

  #isPaged(key) {
    return this.scenario.paged?.includes(key) ?? false
  }

  #queryOptions(said) {
    const key = this.scenario.keys[said.key]
    const isPaged = this.#isPaged(said.key)
    const queryFn = this.#server.queryFn(said, key, isPaged, this.scenario.answers[said.key])
    return options.query(said, key, isPaged, queryFn)
  }

  #mutationOptions(said, at) {
    return options.mutation(said, this.#server.mutationFn(said, at), (name, hook) => this.#hook(at, name, hook))
  }

  // In requery, mutations of one key that may be dehydrated are sent one after the other.
  #queueByKey() {
    const client = this.#client
    const defaulted = client.defaultMutationOptions.bind(client)
    client.defaultMutationOptions = (said) => {
      const it = defaulted(said)
      if (!it.resumable || it.mutationKey === undefined || it.scope !== undefined) return it
      return { ...it, scope: { id: `of ${JSON.stringify(it.mutationKey)}` } }
    }
  }

  // A mutation that was dehydrated is done as the defaults of its key say.
  #setMutationDefaults() {
    for (const it of this.#mutations) if (it.resumable) this.#client.setMutationDefaults(it.mutationKey, it)
  }

  #hook(at, name, hook) {
    return async (...given) => {
      const variables = { onMutate: 0, onSuccess: 1, onError: 1, onSettled: 2 }[name]
      this.log.add(`hook ${at} ${given[variables]}`, `${name} at ${text.time(this.clock.now)}`)
      if (hook.after > 0) await new Promise((resolve) => this.clock.after(hook.after, resolve))
      if (hook.write !== undefined) this.#write(hook.write)
      if (hook.invalidate !== undefined) {
        void this.#client.invalidateQueries({ queryKey: this.scenario.keys[hook.invalidate] })
      }
      return name === 'onMutate' ? { from: given[0] } : undefined
    }
  }

  // What is written while pages are fetched is lost here, and kept in requery.
  #mayWrite(key) {
    const query = this.#client.getQueryCache().find({ queryKey: key })
    const isPaged = this.scenario.keys.some((it, at) => this.#isPaged(at) && hashKey(it) === hashKey(key))
    return !isPaged || query === undefined || query.state.fetchStatus === 'idle'
  }

  #write({ key, row, updatedAt }) {
    const how = updatedAt === undefined ? undefined : { updatedAt: START + updatedAt }
    const queryKey = this.scenario.keys[key]
    if (this.#mayWrite(queryKey)) this.#client.setQueryData(queryKey, options.holding(row, this.#isPaged(key)), how)
  }

  #add(queryKey, add) {
    if (this.#mayWrite(queryKey)) this.#client.setQueryData(queryKey, (old) => added(old, add))
  }

  #promised(promise, show = text.data) {
    const subject = `outcome ${this.#step}`
    promise.then(
      (data) => this.log.add(subject, show(data)),
      (error) => this.log.add(subject, isCancelledError(error) ? 'cancelled' : text.failure(error)),
    )
  }

  #done(promise) {
    this.#promised(promise, () => 'done')
  }

  async #perform(step) {
    const client = this.#client
    switch (step.op) {
      case 'observe':
        this.#unsubscribe(this.#observers, step.observer)
        await this.clock.advance(0)
        return this.#observers.set(step.observer, { it: this.#observer(this.#queries[step.query]) })
      case 'subscribe':
        this.#follow(step.observer)
        return this.#subscribe(this.#observers, step.observer, 'observer', text.result)
      case 'unsubscribe':
        return this.#unsubscribe(this.#observers, step.observer)
      case 'setOptions':
        return this.#setOptions(step)
      case 'refetch':
        return this.#refetch(step)
      case 'fetchPage':
        return this.#refetch(step, step.forward ? 'fetchNextPage' : 'fetchPreviousPage')
      case 'observeMany':
        this.#many.get(step.observer)?.unsubscribe()
        await this.clock.advance(0)
        return this.#many.set(step.observer, new Many(client, this.#rows(step), step.combine))
      case 'subscribeMany':
        return this.#subscribeMany(step.observer, `many ${step.observer}`)
      case 'unsubscribeMany':
        return this.#many.get(step.observer)?.unsubscribe()
      case 'setMany':
        return this.#many.get(step.observer)?.setQueries(this.#rows(step))
      case 'fetch':
        return this.#promised(this.#by(step, 'fetchQuery', 'fetchInfiniteQuery'))
      case 'query':
        return this.#promised(this.#by(step, 'query', 'infiniteQuery'))
      case 'prefetch':
        return this.#done(this.#by(step, 'prefetchQuery', 'prefetchInfiniteQuery'))
      case 'ensure':
        return this.#promised(this.#by(step, 'ensureQueryData', 'ensureInfiniteQueryData'))
      case 'setData':
        return this.#write(step)
      case 'updateData':
        return this.#add(this.scenario.keys[step.key], step.add)
      case 'updateMany': {
        const found = client.getQueryCache().findAll(options.filters(step.filters))
        return notifyManager.batch(() => found.forEach((query) => this.#add(query.queryKey, step.add)))
      }
      case 'invalidate':
        return this.#done(
          client.invalidateQueries(
            { ...options.filters(step.filters), refetchType: step.refetch },
            { cancelRefetch: step.restart },
          ),
        )
      case 'refetchMany':
        return this.#done(client.refetchQueries(options.filters(step.filters), { cancelRefetch: step.restart }))
      case 'cancel':
        return void client.cancelQueries(options.filters(step.filters))
      case 'reset':
        return this.#done(client.resetQueries(options.filters(step.filters)))
      case 'remove':
        return client.removeQueries(options.filters(step.filters))
      case 'clear':
        return client.clear()
      case 'focus':
        return focusManager.setFocused(step.on)
      case 'online':
        return onlineManager.setOnline(step.on)
      case 'mount':
        this.#mounts += 1
        return client.mount()
      case 'unmount':
        // The reference counts below zero.
        if (this.#mounts === 0) return
        this.#mounts -= 1
        return client.unmount()
      case 'advance':
        return this.clock.advance(step.by)
      case 'defaultOptions':
        return this.#setDefaults(options.policy(step.policy))
      case 'queryDefaults':
        return client.setQueryDefaults(step.prefix, options.policy(step.policy))
      case 'dehydrate':
        return this.#dehydrated.set(step.slot, dehydrated(client, step, this.log))
      case 'hydrate':
        return this.#hydrate(step)
      case 'observeMutation':
        this.#unsubscribe(this.#mutationObservers, step.observer)
        return this.#mutationObservers.set(step.observer, {
          it: new MutationObserver(client, this.#mutations[step.mutation]),
        })
      case 'subscribeMutation':
        return this.#subscribe(this.#mutationObservers, step.observer, 'mutation', text.mutation)
      case 'unsubscribeMutation':
        return this.#unsubscribe(this.#mutationObservers, step.observer)
      case 'setMutationOptions':
        return this.#mutationObservers.get(step.observer)?.it.setOptions(this.#mutations[step.mutation])
      case 'mutate':
        return this.#mutate(step)
      case 'resetMutation':
        return this.#mutationObservers.get(step.observer)?.it.reset()
      case 'resumeMutations':
        return void client.resumePausedMutations()
      default:
        throw new Error(`unknown step ${step.op}`)
    }
  }

  #subscribeMany(at, subject) {
    const know = (shown) => this.log.know(subject, shown)
    const tell = (shown) => this.log.last(subject, text.time(this.clock.now), shown)
    this.#many.get(at)?.subscribe((query) => this.#isInCache(query), know, tell)
  }

  #subscribe(observers, at, subject, show) {
    const known = observers.get(at)
    if (known === undefined || known.leave !== undefined) return
    // What it missed while nobody listened is not what is compared.
    known.it.updateResult?.()
    known.leave = known.it.subscribe((result) => this.log.add(`${subject} ${at}`, show(result)))
    // As the reference's own adapters do, so that a fetch which was joined is not missed.
    known.it.updateResult?.()
  }

  // An observer whose query was collected before it subscribed begins anew in requery, with the query that is there now.
  #follow(at) {
    const known = this.#observers.get(at)
    if (known === undefined || known.leave !== undefined) return
    if (!this.#isInCache(known.it.getCurrentQuery())) known.it = this.#observer(known.it.options)
  }

  #observer(options) {
    return new (isOfPages(options) ? InfiniteQueryObserver : QueryObserver)(this.#client, options)
  }

  // An observer of rows cannot become one of pages in requery.
  #setOptions({ observer, query }) {
    const known = this.#observers.get(observer)
    const wanted = this.#queries[query]
    if (known !== undefined && isOfPages(known.it.options) === isOfPages(wanted)) known.it.setOptions(wanted)
  }

  // The queries of one observer hold the same type in requery: rows. It shows all of them as they are, wanted or not.
  #rows({ queries }) {
    const rows = queries.map((at) => this.#queries[at]).filter((it) => !isOfPages(it))
    return rows.map(({ notifyOnChangeProps, ...it }) => it)
  }

  #by({ query }, ofRow, ofPages) {
    const wanted = this.#queries[query]
    return this.#client[isOfPages(wanted) ? ofPages : ofRow](wanted)
  }

  #unsubscribe(observers, at) {
    const known = observers.get(at)
    if (known?.leave === undefined) return
    known.leave()
    known.leave = undefined
  }

  #refetch(step, how = 'refetch') {
    if (this.#observers.get(step.observer)?.it[how] === undefined) return
    this.#follow(step.observer)
    const known = this.#observers.get(step.observer)
    const before = known.it.getCurrentQuery()
    this.#promised(known.it[how]({ cancelRefetch: step.restart, throwOnError: true }), () => 'done')
    // It observes another query now, and may have joined a fetch of that.
    if (known.leave !== undefined && known.it.getCurrentQuery() !== before) known.it.onQueryUpdate()
  }

  #mutate(step) {
    const known = this.#mutationObservers.get(step.observer)
    if (known === undefined) return
    const log = (what) => this.log.add(`callback ${step.observer}`, `${what} ${step.variables}`)
    const callbacks = {
      onSuccess: () => log('success'),
      onError: () => log('error'),
      onSettled: () => log('settled'),
    }
    this.#promised(known.it.mutate(step.variables, step.callbacks ? callbacks : undefined))
  }

  #hydrate(step) {
    const state = this.#dehydrated.get(step.slot)
    if (state !== undefined) hydrated(this.#client, state, (key) => this.#mayWrite(key))
  }

  #show() {
    const queries = this.#client.getQueryCache().getAll()
    const subjects = new Set()
    for (const query of queries) {
      const subject = `query ${JSON.stringify(query.queryKey)}`
      subjects.add(subject)
      this.log.show(subject, text.query(query))
    }
    this.log.keep('query ', subjects)
    for (const [at, { it, leave }] of [...this.#observers].sort(([a], [b]) => a - b)) {
      if (leave !== undefined) this.log.show(`sees ${at}`, text.result(it.getCurrentResult()))
    }
    for (const [at, many] of [...this.#many].sort(([a], [b]) => a - b)) {
      const seen = many.seen()
      if (seen !== undefined) this.log.show(`sees many ${at}`, seen)
    }
    this.log.show('cache', `queries=${queries.length} fetching=${this.#client.isFetching()}`)
  }
}

function isOfPages(options) {
  return options.initialPageParam !== undefined
}

function actionName(action) {
  return action.type === 'success' && action.manual ? 'set' : action.type
}

function added(old, add) {
  return old === undefined ? undefined : options.changed(old, ({ n, tag }) => ({ n: n + add, tag }))
}
