import assert from "node:assert/strict";

/** What a browser says of requests and sockets whose server goes away: by when it went, and how. */
export const CUT_OFF =
  /ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED|WebSocket/;

/** A browser that runs no script says so of each that the page has. */
export const SCRIPT_BLOCKED = /request failed: .*\.(js|wasm) csp/;

/** Everything that went wrong on the watched pages, but what a test expects. */
export class Problems {
  #found = [];
  #expected = [];
  #reject;

  /** Is rejected with the first problem that was not expected when it came, so that no test waits in vain. */
  unexpected = new Promise((_, reject) => {
    this.#reject = reject;
  });

  constructor() {
    // Nobody has to wait for it.
    this.unexpected.catch(() => {});
  }

  /** Lets a test say what it will cause, as a pattern of the message. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  watch(page) {
    page.on("pageerror", (error) => this.#note(`uncaught: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      const isWarning = message.type() === "warning" && /hydrat/i.test(text);
      if (message.type() === "error" || isWarning) {
        this.#note(`console ${message.type()}: ${text} (${message.location().url})`);
      }
    });
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // A page that is left drops what it was still waiting for.
      if (reason !== "net::ERR_ABORTED") this.#note(`request failed: ${request.url()} ${reason}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.#note(`answer ${response.status()}: ${response.url()}`);
    });
  }

  #note(text) {
    this.#found.push(text);
    if (!this.#isExpected(text)) this.#reject(new Error(`the page reported a problem: ${text}`));
  }

  #isExpected(text) {
    return this.#expected.some((pattern) => pattern.test(text));
  }

  /** Fails when anything happened that was not expected. */
  assertNone() {
    const left = this.#found.filter((text) => !this.#isExpected(text));
    assert.deepEqual(left, [], "the page reported problems");
  }
}
