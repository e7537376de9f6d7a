import assert from "node:assert/strict";

import { until } from "./wait.mjs";

/** The centre of Helsinki, where the bundled places are. */
export const HELSINKI = "60.1699,24.9384";

/** A search whose every row is quick to check. */
export const RESTAURANTS = { location: HELSINKI, category: "restaurant", radiusKm: 1, maxResults: 500 };

/** A search that takes long enough to be caught in the middle. */
export const EVERYTHING = { location: HELSINKI, radiusKm: 50, maxResults: 5000, source: "file:many" };

/** A module whose only function does what a panic of the page's module does: it traps. */
const TRAP = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];

const LABELS = {
  location: "Location",
  category: "Trade",
  query: "Words in the name",
  radiusKm: "Radius in km",
  maxResults: "At most",
};

/** Goes to a page and waits until it listens to events: from then on it is hydrated and live. */
export async function visit(page, path) {
  const answer = await page.goto(path);
  await live(page);
  return answer;
}

/** Waits until the page says that it is live. */
export async function live(page) {
  await page.locator('[aria-label="Connection"][data-state="live"]').waitFor({ state: "attached" });
}

/** Has the page's module end as a panic ends it. */
export async function crash(page) {
  await page.evaluate((bytes) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
    setTimeout(exports.f);
  }, TRAP);
}

/** Fills the search form and presses Find; resolves on the job's page with the job's id. */
export async function find(page, request) {
  await visit(page, "/find");
  await fill(page, request);
  await page.getByRole("button", { name: "Find", exact: true }).click();
  return jobOf(page);
}

/** Fills the search form. */
export async function fill(page, request) {
  const { source, ...typed } = request;
  if (source) await page.locator(`input[name="source"][value="${source}"]`).check({ force: true });
  for (const [name, value] of Object.entries(typed)) {
    await page.getByLabel(LABELS[name], { exact: true }).fill(String(value));
  }
}

/** The id of the job whose page this is, once it is. */
export async function jobOf(page) {
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname.split("/").pop();
}

/** The word on the job's badge: Waiting, Running, Done, Cancelled, Failed. */
export async function jobStatus(page) {
  return (await page.getByRole("region", { name: "Progress" }).locator(".badge").first().innerText()).trim();
}

/** The figure of a count on the job's page, such as "Found". */
export async function count(page, name) {
  const text = await page
    .getByRole("region", { name: "Progress" })
    .locator("dt", { hasText: new RegExp(`^${name}$`) })
    .locator("xpath=following-sibling::dd")
    .innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

/** The links of the leads that the job's page lists. */
export function results(page) {
  return page.getByRole("list", { name: "Leads in this area" }).locator("a[data-row]");
}

/** The links of the leads in the table. */
export function rows(page) {
  return page.getByRole("table").locator("a[data-row]");
}

/** Waits until the job's badge reads `word`. */
export async function untilStatus(page, word) {
  await until(`the job's badge reads ${word}`, async () => (await jobStatus(page)) === word);
}

/**
 * Begins a search for everything and catches it in the middle: the page and the tabs `beside` it, all marked, list rows of
 * the job while it runs. The server stands still then, until it is resumed.
 */
export async function caughtRunning(server, page, beside = []) {
  await visit(page, "/find");
  await fill(page, EVERYTHING);
  server.slow();
  try {
    await page.getByRole("button", { name: "Find", exact: true }).click();
    const jobId = await jobOf(page);
    await Promise.all(beside.map((tab) => tab.goto(page.url())));
    const tabs = [page, ...beside];
    await Promise.all(tabs.map(mark));
    await Promise.all(tabs.map(untilRowsWhileRunning));
    return jobId;
  } finally {
    server.pause();
  }
}

/** Waits until rows are listed while the job is still running. */
async function untilRowsWhileRunning(page) {
  return until("rows are listed while the job runs", async () => {
    const shown = await results(page).count();
    const status = await jobStatus(page);
    assert.notEqual(status, "Done", "the job was through before a row was seen");
    return status === "Running" && shown;
  });
}

/** Puts a mark on the document that a reload would wipe off. */
export async function mark(page) {
  await page.evaluate(() => {
    globalThis.letipMark = true;
  });
}

/** Whether the document is the one that was marked. */
export async function isMarked(page) {
  return page.evaluate(() => globalThis.letipMark === true);
}

/** Goes on by Tab until the control of that name has the focus. */
export async function tabTo(page, name) {
  const passed = [];
  while (passed.length < 80) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const at = document.activeElement;
      return at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
    });
    if (here.trim() === name) return;
    passed.push(here.trim().slice(0, 40));
  }
  assert.fail(`${name} is not reached by Tab, which passed ${passed.join(", ")}`);
}

/**
 * Leaves the page for an empty one, and waits until the one before has come to its end: a browser shows the next page while
 * the one before still runs. `beside` is a tab of the same origin, which learns of it by a lock that ends with its page.
 */
export async function leave(page, beside) {
  await page.evaluate(() => {
    navigator.locks.request("page", () => new Promise(() => {}));
  });
  await page.goto("about:blank");
  await beside.evaluate(() => navigator.locks.request("page", () => {}));
}
