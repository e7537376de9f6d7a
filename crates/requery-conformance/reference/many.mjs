// Observers of many queries.

import { QueriesObserver, QueryObserver } from '@tanstack/query-core'
import * as text from './text.mjs'

const combine = (results) => results.map((result) => result.data ?? null)

/** An observer, and the way to leave the one who listens to it. */
export class Many {
  #client
  #queries
  #combines
  #it
  #leave

  constructor(client, queries, combines) {
    this.#client = client
    this.#combines = combines
    this.#queries = queries
    this.#it = new QueriesObserver(client, queries, this.#options())
    this.#look()
  }

  #options() {
    return this.#combines ? { combine } : undefined
  }

  // As the reference's own adapters do before anything was told, so that there is something to compare with.
  #look() {
    if (this.#combines) this.#it.getOptimisticResult(this.#queries, combine)[1]()
  }

  setQueries(queries) {
    this.#queries = queries
    this.#it.setQueries(queries, this.#options())
  }

  subscribe(isInCache, know, tell) {
    if (this.#leave !== undefined) return
    // One whose query was collected before somebody listens begins anew in requery, with the query that is there now.
    const observers = this.#it.getObservers()
    for (const [at, observer] of observers.entries()) {
      if (!isInCache(observer.getCurrentQuery())) observers[at] = new QueryObserver(this.#client, observer.options)
    }
    // What it missed while nobody listened is not what is compared.
    for (const observer of observers) observer.updateResult()
    this.#look()
    know(this.#shown())
    this.#leave = this.#it.subscribe((results) => tell(this.#text(results)))
    // Of those that have not changed since, it would go on telling what it knew before somebody listened.
    for (const observer of observers) {
      for (const listener of observer.listeners) listener(observer.getCurrentResult())
    }
  }

  unsubscribe() {
    this.#leave?.()
    this.#leave = undefined
  }

  /** What it shows, if somebody listens. */
  seen() {
    return this.#leave === undefined ? undefined : this.#shown()
  }

  #shown() {
    return this.#text(this.#it.getObservers().map((observer) => observer.getCurrentResult()))
  }

  #text(results) {
    return this.#combines ? combine(results).map((row) => text.data(row ?? undefined)).join(' | ') : results.map(text.result).join(' | ')
  }
}
