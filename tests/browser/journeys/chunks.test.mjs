import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

const CHUNKS = ["desk", "enrichment", "find", "job", "jobs", "lead", "leads", "map", "overview"];

/** The chunk's file, whatever its content is. */
const fileOf = (chunk) => new RegExp(`/assets/dashboard-${chunk}-[0-9a-f]+\\.wasm$`);

journey("a page that is opened has its chunk named in its head, and loads it once", async ({ page, server }) => {
  const job = await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?limit=1");
  const asked = askedFor(page);
  const pages = { "/": "overview", "/find": "find", "/leads": "leads", "/leads?view=map": "map", "/jobs": "jobs", "/enrichment": "enrichment" };
  Object.assign(pages, { [`/jobs/${job.jobId}`]: "job", [`/leads/${data[0].id}`]: "lead" });
  for (const [path, chunk] of Object.entries(pages)) {
    asked.length = 0;
    await dashboard.visit(page, path);
    const named = await page.locator('link[rel="preload"][as="fetch"]').evaluateAll((all) => all.map((it) => it.href));
    assert.deepEqual(named.filter((href) => chunkOf(href)).map(chunkOf), [chunk], path);
    assert.equal(asked.filter((it) => it === chunk).length, 1, `${path} asks for ${asked}`);
  }
});

journey("what is opened over a page brings its style, which is there before it", async ({ page }) => {
  const styles = [];
  page.on("request", (request) => {
    if (/\/assets\/late-[0-9a-f]+\.css$/.test(request.url())) styles.push(request.url());
  });
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/assets\/late-/, async (route) => {
    await held;
    await route.continue();
  });
  await dashboard.visit(page, "/jobs");
  const chunk = page.waitForResponse(fileOf("palette"));
  await page.keyboard.press("Control+k");
  await (await chunk).finished();
  await until("its style is asked for", () => styles.length === 1);
  assert.equal(await page.getByRole("dialog").count(), 0, "nothing is opened without its style");
  release();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  assert.equal(await dialog.evaluate((it) => getComputedStyle(it).flexDirection), "column");
  assert.equal(styles.length, 1);
});

journey("a style that does not load is tried again, and nothing is opened without it", async ({ page, problems }) => {
  problems.expect(/404 \(Not Found\)/);
  let asked = 0;
  await page.route(/\/assets\/late-/, (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ status: 404 }) : route.continue();
  });
  await dashboard.visit(page, "/jobs");
  const dialog = page.getByRole("dialog");
  await until("the palette is open", async () => {
    if ((await dialog.count()) === 0) await page.keyboard.press("Control+k");
    return dialog.isVisible();
  });
  assert.equal(await dialog.evaluate((it) => getComputedStyle(it).flexDirection), "column");
  assert.equal(asked, 2);
  assert.equal(await page.locator('link[href*="/assets/late-"]').count(), 1);
});

journey("the page before stays until the chunk of the next one is there", async ({ page }) => {
  const find = await hold(page, "find");
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await page.getByRole("link", { name: "Find", exact: true }).click();
  await find.asked;
  assert.equal(await title(page), "Overview");
  assert.equal(new URL(page.url()).pathname, "/");
  find.release();
  await page.getByLabel("Location", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/find");
  assert.ok(await dashboard.isMarked(page));
});

journey("who takes another way meanwhile is not led back", async ({ page }) => {
  const find = await hold(page, "find");
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await page.getByRole("link", { name: "Find", exact: true }).click();
  await find.asked;
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.waitForURL("**/jobs");
  find.release();
  // What is asked for again is answered only after the chunk has been started.
  await page.getByRole("link", { name: "Find", exact: true }).hover();
  await until("the jobs are shown", async () => (await title(page)) === "Jobs");
  assert.equal(new URL(page.url()).pathname, "/jobs");
  assert.ok(await dashboard.isMarked(page));
});

for (const event of ["pointerover", "focusin"]) {
  journey(`a link that somebody comes to (${event}) has its page's chunk loaded`, async ({ page }) => {
    const asked = askedFor(page);
    // In the moment in which the page is ready: later it loads all chunks by itself.
    await page.addInitScript((event) => {
      new MutationObserver((_, observer) => {
        if (!document.documentElement.hasAttribute("data-ready")) return;
        observer.disconnect();
        document.querySelector('nav a[href="/jobs"]').dispatchEvent(new Event(event, { bubbles: true }));
      }).observe(document, { attributes: true, subtree: true });
    }, event);
    await dashboard.visit(page, "/");
    await until("another chunk is asked for", async () => asked.some((it) => it !== "overview"));
    assert.equal(asked.find((it) => it !== "overview"), "jobs");
  });
}

journey("a page at rest loads the chunks of all others", async ({ page }) => {
  const asked = askedFor(page);
  await dashboard.visit(page, "/leads");
  await until("all chunks are asked for", async () => CHUNKS.every((chunk) => asked.includes(chunk)));
});

journey("a page of a browser that is to spare data loads a chunk when it is wanted", async ({ page }) => {
  const asked = askedFor(page);
  await page.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  await page.clock.install();
  await dashboard.visit(page, "/leads");
  await page.clock.runFor(60_000);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(asked, ["leads"]);
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.waitForURL("**/jobs");
  await until("the jobs are shown", async () => (await title(page)) === "Jobs");
  assert.deepEqual(asked, ["leads", "jobs"]);
});

journey("the way back leads to a page whose chunk is not there since a reload", async ({ page }) => {
  await dashboard.visit(page, "/");
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.waitForURL("**/jobs");
  await page.reload();
  await dashboard.live(page);
  await page.goBack();
  await until("the overview is shown", async () => (await title(page)) === "Overview");
  assert.equal(new URL(page.url()).pathname, "/");
});

journey("a chunk that does not load leads to the page as a document", async ({ page, server, problems }) => {
  problems.expect(/404 \(Not Found\)/);
  problems.expect(/preload/);
  await server.search(RESTAURANTS);
  await page.route(fileOf("leads"), (route) => route.fulfill({ status: 404 }));
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await page.getByRole("link", { name: "Leads", exact: true }).click();
  await page.waitForURL("**/leads");
  await until("another document is there", async () => !(await dashboard.isMarked(page)));
  // It is not taken over either, and stays what a server makes of it: complete, with links.
  const first = dashboard.rows(page).first();
  const name = await first.innerText();
  await first.click();
  await page.waitForURL(/\/leads\/\d+$/);
  await dashboard.live(page);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), name);
});

journey("a chunk that loads the next time is used then", async ({ page, problems }) => {
  problems.expect(/404 \(Not Found\)/);
  let refused = 0;
  await page.route(fileOf("jobs"), (route) => {
    refused += 1;
    return refused === 1 ? route.fulfill({ status: 404 }) : route.continue();
  });
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await page.getByRole("link", { name: "Jobs", exact: true }).hover();
  await until("the chunk was refused", async () => refused > 0);
  await until("the jobs are shown", async () => {
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    return (await title(page)) === "Jobs";
  });
});

/** A module whose `chunk_jobs` does what a panic does: it traps. */
const TRAP = [
  [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 14, 1, 10],
  [...Buffer.from("chunk_jobs")],
  [0, 0, 10, 5, 1, 3, 0, 0, 11],
].flat();

journey("a chunk that crashes makes the page say so", async ({ page, problems }) => {
  problems.expect(/unreachable/);
  const body = Buffer.from(TRAP);
  await page.route(fileOf("jobs"), (route) => route.fulfill({ contentType: "application/wasm", body }));
  await dashboard.visit(page, "/");
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "This page stopped working" }).waitFor();
});

/** The chunks that the page asks for, as it does. */
function askedFor(page) {
  const asked = [];
  page.on("request", (request) => {
    const chunk = chunkOf(request.url());
    if (chunk) asked.push(chunk);
  });
  return asked;
}

function chunkOf(url) {
  return CHUNKS.find((chunk) => fileOf(chunk).test(url));
}

/** Has the chunk wait, until it is released; tells when it is asked for. */
async function hold(page, chunk) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const asked = page.waitForRequest(fileOf(chunk));
  await page.route(fileOf(chunk), async (route) => {
    await released;
    await route.continue();
  });
  return { asked, release };
}

function title(page) {
  return page.getByRole("heading", { level: 1 }).innerText();
}
