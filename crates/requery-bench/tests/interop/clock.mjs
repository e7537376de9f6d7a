// Time that stands still until it is told to move, for everything in this process that asks for the time or sets a timer.

import { timeoutManager } from '@tanstack/query-core'

/** All peers begin at this moment, in milliseconds since the Unix epoch. */
const START = 1_000_000_000_000

export class Clock {
  now = START
  /** A binary heap of timers, the earliest first. */
  #heap = []
  #sequence = 0
  #live = 0

  /** Takes the place of the system's clock and timers. */
  install() {
    Date.now = () => this.now
    timeoutManager.setTimeoutProvider({
      setTimeout: (callback, delay) => this.#set(callback, delay, undefined),
      clearTimeout: (timer) => this.#clear(timer),
      setInterval: (callback, period) => this.#set(callback, period, period),
      clearInterval: (timer) => this.#clear(timer),
    })
  }

  /** Back to the beginning: no time has passed, no timer is set. */
  reset() {
    this.now = START
    this.#heap = []
    this.#live = 0
  }

  /** Timers that are set. */
  get timers() {
    return this.#live
  }

  /** Timers fire one by one, each at its own time. */
  advance(duration) {
    const end = this.now + duration
    while (this.#heap.length > 0 && this.#heap[0].at <= end) {
      const timer = this.#pop()
      if (timer.callback === undefined) continue
      this.now = Math.max(this.now, timer.at)
      const callback = timer.callback
      if (timer.period === undefined) {
        timer.callback = undefined
        this.#live -= 1
      } else {
        timer.at += timer.period
        this.#push(timer)
      }
      callback()
    }
    this.now = end
  }

  #set(callback, delay, period) {
    const timer = { at: this.now + Math.max(0, delay), sequence: ++this.#sequence, callback, period }
    this.#live += 1
    this.#push(timer)
    return timer
  }

  #clear(timer) {
    if (timer?.callback !== undefined) {
      timer.callback = undefined
      this.#live -= 1
    }
  }

  #push(timer) {
    const heap = this.#heap
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(timer, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = timer
  }

  #pop() {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a, b) {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}
