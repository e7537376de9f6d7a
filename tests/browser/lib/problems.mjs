import assert from "node:assert/strict";

/** Everything that went wrong on the watched pages, but what a test expects. */
export class Problems {
  #found = [];
  #expected = [];

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
  }

  /** Fails when anything happened that was not expected. */
  assertNone() {
    const left = this.#found.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(left, [], "the page reported problems");
  }
}
