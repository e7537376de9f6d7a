// What happened, as lines. Lines of one subject keep their order; those of different subjects are not ordered.

export class Log {
  lines = []
  #pending = new Map()
  #shown = new Map()
  #last = new Map()
  #told = new Map()

  line(text) {
    this.lines.push(text)
  }

  /** Something that happened to a subject since the last flush. */
  add(subject, text) {
    const known = this.#pending.get(subject)
    if (known === undefined) this.#pending.set(subject, [text])
    else known.push(text)
  }

  /** Like `add`, for what is told in several steps here and at once in requery: the last of each moment, if it is news. */
  last(subject, at, text) {
    this.#last.set(`${subject} at ${at}`, [subject, text])
  }

  /** What is no news to a subject. */
  know(subject, text) {
    this.#told.set(subject, text)
  }

  flush() {
    for (const [subject, text] of this.#last.values()) {
      if (this.#told.get(subject) !== text) this.add(subject, text)
      this.#told.set(subject, text)
    }
    this.#last.clear()
    for (const subject of [...this.#pending.keys()].sort()) {
      for (const text of this.#pending.get(subject)) this.line(`${subject}: ${text}`)
    }
    this.#pending.clear()
  }

  /** What a subject looks like now; written down when it changed. */
  show(subject, text) {
    if (this.#shown.get(subject) === text) return
    this.#shown.set(subject, text)
    this.line(`${subject} = ${text}`)
  }

  /** Subjects that are gone. */
  keep(prefix, subjects) {
    for (const subject of [...this.#shown.keys()].sort()) {
      if (subject.startsWith(prefix) && !subjects.has(subject)) {
        this.#shown.delete(subject)
        this.line(`${subject} is gone`)
      }
    }
  }
}
