import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { until } from "./wait.mjs";

/** Seconds after which a restarted server takes over a job of the killed one. */
const LEASE = "3";
const STOPPED_WITHIN = 20_000;
const KEPT_LINES = 60;
/** Milliseconds that a slowed server works, and those that it then stands still. */
const SLOWED = { works: 10, stands: 40 };

const running = new Set();

// The last way out: a test process that ends early takes its servers with it.
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1));
}

/** A `letip serve` with a data folder of its own. */
export class Server {
  #child;
  #lines = [];
  #panics = [];
  #slowing;

  constructor(program, port, folder, settings) {
    this.program = program;
    this.port = port;
    this.folder = folder;
    this.settings = settings;
  }

  /**
   * Starts one on a free port of loopback and an empty folder; resolves when it is ready. It asks nobody to sign in
   * unless `signIn` says so. `database` is the URL of a database that it uses instead of one in its folder, and `data` another
   * folder with one, which is left as it is then. It reads websites only where `enrich` says so. `options` are more of
   * `letip serve`.
   */
  static async start({ signIn = false, database, data, enrich = false, options = [] } = {}) {
    const program = await findProgram();
    const folder = await mkdtemp(join(tmpdir(), "letip-browser-"));
    const server = new Server(program, await freePort(), folder, { signIn, database, data, enrich, options });
    await writeFile(server.places, manyPlaces());
    await server.#run();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A file of places, as the source `file:many`. */
  get places() {
    return join(this.folder, "many.csv");
  }

  /** What the server printed last. */
  get log() {
    return this.#lines.join("\n");
  }

  /** Fails when a panic was printed, also one that no answer showed. */
  assertSound() {
    assert.deepEqual(this.#panics, [], "the server panicked");
  }

  async #run() {
    const { signIn, database, data: kept, enrich, options } = this.settings;
    const data = database ? ["--database-url", database] : ["--data-dir", kept ?? join(this.folder, "data")];
    const contact = enrich ? ["--contact-url", "https://letip.example/contact"] : [];
    const listen = ["--listen", `127.0.0.1:${this.port}`];
    const line = ["serve", ...listen, ...data, ...contact, ...options, "--places", this.places];
    const child = spawn(this.program, signIn ? line : [...line, "--no-sign-in"], {
      // A backtrace would push its own message out of the lines that are kept.
      env: { ...process.env, LETIP_JOB_LEASE: LEASE, RUST_BACKTRACE: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    child.on("exit", () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => this.#remember(text));
    }
    try {
      await until("the server is ready", async () => {
        if (hasEnded(child)) throw new Error("it has ended");
        return (await fetch(`${this.url}/readyz`)).ok;
      });
    } catch (error) {
      await this.stop();
      throw new Error(`${error.message}\n${this.log}`);
    }
  }

  /** The link that the first account is made with, as the server printed it. */
  get setupLink() {
    const printed = /first account: (http\S+)/.exec(this.log);
    assert.ok(printed, `no link was printed:\n${this.log}`);
    return printed[1];
  }

  #remember(text) {
    const lines = text.split("\n").filter(Boolean);
    this.#panics.push(...lines.filter((line) => line.includes("panicked at")));
    this.#lines.push(...lines);
    this.#lines.splice(0, this.#lines.length - KEPT_LINES);
  }

  /**
   * Has it work a fifth of the time until it is paused or resumed. What it does can then be caught in the middle: a page
   * that is looked at is behind by more than a search takes when the machine is busy.
   */
  slow() {
    this.pause();
    this.#slowing = setTimeout(() => {
      this.resume();
      this.#slowing = setTimeout(() => this.slow(), SLOWED.works);
    }, SLOWED.stands);
  }

  /** Has it do nothing until it is resumed. */
  pause() {
    clearTimeout(this.#slowing);
    this.#child.kill("SIGSTOP");
  }

  resume() {
    clearTimeout(this.#slowing);
    this.#child.kill("SIGCONT");
  }

  /** Ends it as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Ends it as an operator would; its data stays. */
  async shutDown() {
    await this.#end("SIGTERM");
  }

  /** Starts it again on the same port and data. */
  async restart() {
    assert.ok(hasEnded(this.#child), "the server is still running");
    await this.#run();
  }

  /** Ends it as an operator would and removes its data. */
  async stop() {
    await this.#end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal) {
    const child = this.#child;
    if (hasEnded(child)) return;
    // A paused one hears no signal but this.
    this.resume();
    const ended = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN);
    child.kill(signal);
    await ended;
    clearTimeout(timer);
  }

  /**
   * Asks the API; answers the parsed body, if there is one, and fails on an error status. With a body it is a POST
   * unless `method` says otherwise; `version` is the one of the row that is to be changed.
   */
  async api(path, body, { method = body ? "POST" : "GET", version } = {}) {
    const headers = { ...(body && { "content-type": "application/json" }), ...(version && { "if-match": `"${version}"` }) };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? "" : text}`);
    return text && JSON.parse(text);
  }

  /** Every stored business. */
  async businesses() {
    const all = [];
    let page = 1;
    for (;;) {
      const { data, meta } = await this.api(`/api/businesses?limit=200&sort=name&page=${page}`);
      all.push(...data);
      if (page >= meta.totalPages) return all;
      page += 1;
    }
  }

  /** Runs a search to its end; answers the finished job. */
  async search(request) {
    const { jobId } = await this.api("/api/scraper/scrape", request);
    return this.finished(jobId);
  }

  /** The job once it is through. */
  async finished(jobId) {
    return until(`job ${jobId} is through`, async () => {
      const job = await this.api(`/api/jobs/${jobId}`);
      return ["completed", "failed", "cancelled"].includes(job.status) && job;
    });
  }
}

/** So many places around one point that a search for all of them can be caught in the middle. */
function manyPlaces() {
  const lines = ["id,name,category,latitude,longitude,phone"];
  for (let n = 0; n < 5000; n += 1) {
    const latitude = 60.1699 + ((n % 71) - 35) / 1000;
    const longitude = 24.9384 + ((n % 67) - 33) / 500;
    lines.push(`${n},Liike ${n},cafe,${latitude.toFixed(5)},${longitude.toFixed(5)},+3589${1_000_000 + n}`);
  }
  return `${lines.join("\n")}\n`;
}

async function findProgram() {
  const named = process.env.LETIP_BIN;
  assert.ok(named, "LETIP_BIN does not say where letip is; `cargo xtask test` sets it");
  const program = resolve(named);
  await access(program);
  return program;
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}
