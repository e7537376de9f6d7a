/** Decisions that follow from a seed (the generator is mulberry32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  #next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to below `bound`. */
  between(least, bound) {
    return least + Math.floor(this.#next() * (bound - least));
  }

  /** One of these. */
  of(choices) {
    return choices[this.between(0, choices.length)];
  }

  /** Another sequence, so that who runs at the same time takes no decisions from each other. */
  fork() {
    return new Random(this.between(0, 2 ** 32));
  }
}
