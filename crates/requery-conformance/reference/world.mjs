// One scenario on one fresh cache.

import {
  MutationObserver,
  QueryClient,
  QueryObserver,
  dehydrate,
  focusManager,
  hydrate,
  isCancelledError,
  onlineManager,
  timeoutManager,
} from '@tanstack/query-core'
import { Clock, START } from './clock.mjs'
import { Log } from './log.mjs'
import * as options from './options.mjs'
import * as text from './text.mjs'
import { Failure } from './options.mjs'

export class World {
  clock = new Clock()
  log = new Log()
  #client = new QueryClient()
  #calls = new Map()
  #queries
  #mutations
  #observers = new Map()
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
  #setDefaults(queries) {
    this.#client.setDefaultOptions({ queries: { staleTime: 0, ...queries } })
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

  #queryOptions(said) {
    const key = this.scenario.keys[said.key]
    const answers = this.scenario.answers[said.key]
    return options.query(said, key, (context) => this.#fetch(said, key, answers, context))
  }

  #fetch(said, key, answers, context) {
    const subject = `call ${JSON.stringify(key)}`
    const count = this.#count(subject)
    this.log.add(subject, `${count} at ${text.time(this.clock.now)}`)
    if (said.signal) {
      context.signal.addEventListener('abort', () => this.log.add(`abort ${JSON.stringify(key)}`, String(count)))
    }
    return this.#answer(answers[count % answers.length])
  }

  #count(subject) {
    const count = this.#calls.get(subject) ?? 0
    this.#calls.set(subject, count + 1)
    return count
  }

  #answer(answer) {
    const settle = (resolve, reject) => {
      if (answer.outcome.row !== undefined) resolve({ ...answer.outcome.row })
      else reject(new Failure(answer.outcome.error))
    }
    if (answer.after === 0) return new Promise(settle)
    return new Promise((resolve, reject) => this.clock.after(answer.after, () => settle(resolve, reject)))
  }

  #mutationOptions(said, at) {
    const mutationFn = (variables) => {
      const subject = `mutate ${at} ${variables}`
      const count = this.#count(subject)
      this.log.add(subject, `${count} at ${text.time(this.clock.now)}`)
      return this.#answer(said.answers[count % said.answers.length])
    }
    return options.mutation(said, mutationFn, (name, hook) => this.#hook(at, name, hook))
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

  #write({ key, row, updatedAt }) {
    const how = updatedAt === undefined ? undefined : { updatedAt: START + updatedAt }
    this.#client.setQueryData(this.scenario.keys[key], { ...row }, how)
  }

  #promised(promise, show = text.row) {
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
        return this.#observers.set(step.observer, { it: new QueryObserver(client, this.#queries[step.query]) })
      case 'subscribe':
        this.#follow(step.observer)
        return this.#subscribe(this.#observers, step.observer, 'observer', text.result)
      case 'unsubscribe':
        return this.#unsubscribe(this.#observers, step.observer)
      case 'setOptions':
        return this.#observers.get(step.observer)?.it.setOptions(this.#queries[step.query])
      case 'refetch':
        return this.#refetch(step)
      case 'fetch':
        return this.#promised(client.fetchQuery(this.#queries[step.query]))
      case 'query':
        return this.#promised(client.query(this.#queries[step.query]))
      case 'prefetch':
        return this.#done(client.prefetchQuery(this.#queries[step.query]))
      case 'ensure':
        return this.#promised(client.ensureQueryData(this.#queries[step.query]))
      case 'setData':
        return this.#write(step)
      case 'updateData':
        return client.setQueryData(this.scenario.keys[step.key], (old) => added(old, step.add))
      case 'updateMany':
        return client.setQueriesData(options.filters(step.filters), (old) => added(old, step.add))
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
        return this.#dehydrate(step)
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
    if (!this.#isInCache(known.it.getCurrentQuery())) known.it = new QueryObserver(this.#client, known.it.options)
  }

  #unsubscribe(observers, at) {
    const known = observers.get(at)
    if (known?.leave === undefined) return
    known.leave()
    known.leave = undefined
  }

  #refetch(step) {
    this.#follow(step.observer)
    const known = this.#observers.get(step.observer)
    if (known === undefined) return
    const before = known.it.getCurrentQuery()
    this.#promised(known.it.refetch({ cancelRefetch: step.restart, throwOnError: true }), () => 'done')
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

  #dehydrate(step) {
    const state = dehydrate(this.#client, { shouldDehydrateMutation: () => false })
    this.#dehydrated.set(step.slot, structuredClone(state))
    for (const it of state.queries) {
      this.log.add(
        `dehydrated ${JSON.stringify(it.queryKey)}`,
        `${text.row(it.state.data)} @${text.time(it.state.dataUpdatedAt)} ${it.state.isInvalidated}`,
      )
    }
  }

  #hydrate(step) {
    const state = this.#dehydrated.get(step.slot)
    if (state !== undefined) hydrate(this.#client, { queries: structuredClone(state.queries).map(withoutCounters) })
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
    this.log.show('cache', `queries=${queries.length} fetching=${this.#client.isFetching()}`)
  }
}

// What was fetched, not how often it was and how often it failed: that is all that requery dehydrates.
function withoutCounters(query) {
  const none = { errorUpdateCount: 0, errorUpdatedAt: 0, fetchFailureCount: 0, fetchFailureReason: null }
  return { ...query, state: { ...query.state, ...none, dataUpdateCount: 1 } }
}

function actionName(action) {
  return action.type === 'success' && action.manual ? 'set' : action.type
}

function added(old, add) {
  return old === undefined ? undefined : { n: old.n + add, tag: old.tag }
}
