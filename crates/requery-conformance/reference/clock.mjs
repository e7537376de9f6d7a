// Time that stands still until it is told to move, for everything that asks for the time or sets a timer.

/** Both caches begin at this moment, in milliseconds since the Unix epoch. */
export const START = 1_000_000_000_000

const settle = setImmediate

export class Clock {
  now = START
  #timers = new Map()
  #last = 0

  /** As `setTimeout`. */
  after(delay, callback) {
    return this.#set({ at: this.now + Math.max(0, delay), callback })
  }

  /** As `setInterval`. */
  every(period, callback) {
    return this.#set({ at: this.now + period, callback, period })
  }

  clear(id) {
    this.#timers.delete(id)
  }

  #set(timer) {
    const id = ++this.#last
    this.#timers.set(id, timer)
    return id
  }

  /** Timers fire one by one, each at its own time, and everything that follows from one happens before the next. */
  async advance(duration) {
    const end = this.now + duration
    await settled()
    for (;;) {
      const due = this.#next(end)
      if (due === undefined) break
      const timer = this.#timers.get(due)
      this.now = Math.max(this.now, timer.at)
      if (timer.period === undefined) this.#timers.delete(due)
      else this.#again(due, timer)
      timer.callback()
      await settled()
    }
    this.now = end
  }

  #next(end) {
    let best
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (best === undefined || timer.at < this.#timers.get(best).at)) best = id
    }
    return best
  }

  // A repeating timer keeps its name and goes behind those that are set for the same time.
  #again(id, timer) {
    this.#timers.delete(id)
    this.#timers.set(id, { ...timer, at: timer.at + timer.period })
  }
}

/** Completes when nothing is left to run that does not wait for a timer. */
function settled() {
  return new Promise((resolve) => settle(resolve))
}
