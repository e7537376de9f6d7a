import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Small, so that packets are torn into pieces. */
const PIECE = 1500;

/** What passes as it is. */
export const CLEAR = { kind: "clear" };

/** What befalls the connections next, for how many milliseconds, and whether all are cut as it begins. */
export function spell(random) {
  const kind = random.of(["clear", "clear", "clear", "clear", "slow", "slow", "halves", "swallows", "swallows", "refuses"]);
  const weather = kind === "slow" ? { kind, by: random.between(1, 40) } : { kind };
  return { weather, lasts: random.between(10, kind === "swallows" ? 400 : 150), cuts: random.between(0, 4) === 0 };
}

/** Stands on a port of its own before a server; whoever connects is carried there, through the weather. */
export class Proxy {
  #listener;
  #port;
  #weather = CLEAR;
  #changed = [];
  #pairs = new Set();
  /** Connections so far. */
  connections = 0;
  /** Those of them that it ended. */
  broken = 0;

  constructor(port) {
    this.#port = port;
    this.#listener = createServer((near) => this.#carry(near));
  }

  /** Before the server on that port of loopback, which need not be there. */
  static async start(port) {
    const proxy = new Proxy(port);
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#listener.address().port}`;
  }

  set(weather) {
    this.#weather = weather;
    this.#changed.splice(0).forEach((tell) => tell());
  }

  /** Ends every connection that is open. */
  cut() {
    for (const pair of this.#pairs) this.#break(pair);
  }

  async stop() {
    this.set(CLEAR);
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #carry(near) {
    this.connections += 1;
    if (this.#weather.kind === "refuses") {
      this.broken += 1;
      near.on("error", () => {}).resetAndDestroy();
      return;
    }
    const far = connect(this.#port, "127.0.0.1");
    const pair = { near, far };
    this.#pairs.add(pair);
    for (const end of [near, far]) {
      // What goes wrong on one side ends the other.
      end.on("error", () => {});
      end.on("close", () => this.#close(pair));
    }
    this.#pass(pair, near, far);
    this.#pass(pair, far, near);
  }

  async #pass(pair, from, to) {
    try {
      for await (const chunk of from) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          await this.#passPiece(pair, to, chunk.subarray(at, at + PIECE));
          if (!this.#pairs.has(pair)) return;
        }
      }
    } catch {
      // The connection is gone, which its own event tells.
    }
  }

  async #passPiece(pair, to, piece) {
    const { kind, by } = this.#weather;
    if (kind === "slow") await pause(by);
    if (kind === "swallows") {
      // What was swallowed is missing: nothing can follow it.
      while (this.#weather.kind === "swallows" && this.#pairs.has(pair)) await this.#change();
      this.#break(pair);
    } else if (kind === "halves") {
      to.end(piece.subarray(0, piece.length / 2), () => this.#break(pair));
      await once(to, "close");
    } else if (!to.write(piece)) {
      await once(to, "drain");
    }
  }

  #change() {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #break(pair) {
    if (this.#pairs.has(pair)) this.broken += 1;
    this.#close(pair);
  }

  #close(pair) {
    this.#pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  }
}
