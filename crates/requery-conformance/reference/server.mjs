// The functions that queries and mutations call.

import { experimental_streamedQuery as streamedQuery } from '@tanstack/query-core'
import { Failure } from './options.mjs'
import * as text from './text.mjs'

/** Answers as the scenario says, and writes down who asked. */
export class Server {
  #clock
  #log
  #calls = new Map()

  constructor(clock, log) {
    this.#clock = clock
    this.#log = log
  }

  /** The function of a query. */
  queryFn(said, key, isPaged, answers) {
    if (isPaged) {
      return (context) => {
        // A cancelled fetch asks for no further page in requery, whether or not it took the signal.
        if (isAborted(context)) return new Promise(() => {})
        return this.#answer(answers, this.#called(said, key, `page ${context.pageParam} `, context))
      }
    }
    if (said.stream === undefined) return (context) => this.#answer(answers, this.#called(said, key, '', context))
    return streamedQuery({
      refetchMode: said.stream.mode,
      initialValue: { n: 0, tag: 0 },
      reducer: (row, part) => ({ n: row.n + part.n, tag: part.tag }),
      streamFn: (context) => this.#parts(said, answers, this.#called(said, key, '', context)),
    })
  }

  /** The function of a mutation. */
  mutationFn(said, at) {
    return (variables) => {
      const subject = `mutate ${at} ${variables}`
      const count = this.#count(subject)
      this.#log.add(subject, `${count} at ${text.time(this.#clock.now)}`)
      return this.#answer(said.answers, count)
    }
  }

  #called(said, key, what, context) {
    const subject = `call ${JSON.stringify(key)}`
    const count = this.#count(subject)
    this.#log.add(subject, `${count} ${what}at ${text.time(this.#clock.now)}`)
    if (said.signal) {
      context.signal.addEventListener('abort', () => this.#log.add(`abort ${JSON.stringify(key)}`, String(count)))
    }
    return count
  }

  #count(subject) {
    const count = this.#calls.get(subject) ?? 0
    this.#calls.set(subject, count + 1)
    return count
  }

  async *#parts(said, answers, count) {
    for (let part = 0; part < said.stream.parts; part += 1) yield await this.#answer(answers, count + part)
  }

  #answer(answers, count) {
    const answer = answers[count % answers.length]
    const settle = (resolve, reject) => {
      if (answer.outcome.row !== undefined) resolve({ ...answer.outcome.row })
      else reject(new Failure(answer.outcome.error))
    }
    if (answer.after === 0) return new Promise(settle)
    return new Promise((resolve, reject) => this.#clock.after(answer.after, () => settle(resolve, reject)))
  }
}

// Without taking the signal, which would promise to heed it.
function isAborted(context) {
  return Object.getOwnPropertySymbols(context).some((symbol) => context[symbol]?.aborted === true)
}
