import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import { firstVisit, routeBytes } from "../lib/measure.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";

/** What document, script, module and style sheet may weigh together. */
const LIMIT = Number(process.env.LETIP_VISIT_LIMIT ?? 250_000);

journey("the page has its data before any script runs, and forms work without one", withoutScript, {
  javaScriptEnabled: false,
});

async function withoutScript({ page, server, problems }) {
  problems.expect(SCRIPT_BLOCKED);
  await page.goto("/find");
  await dashboard.fill(page, RESTAURANTS);
  await page.getByRole("button", { name: "Find", exact: true }).click();
  const jobId = await dashboard.jobOf(page);
  const job = await server.finished(jobId);
  await page.reload();
  assert.equal(await dashboard.jobStatus(page), "Done");
  assert.equal(await dashboard.count(page, "Found"), job.counts.found);
  const { data } = await server.api("/api/businesses?limit=200&sort=name");
  const listed = await dashboard.results(page).allInnerTexts();
  assert.equal(listed.length, Math.min(job.counts.saved, 200));
  await page.goto("/leads?sort=name");
  const names = await dashboard.rows(page).allInnerTexts();
  assert.deepEqual(names, data.slice(0, names.length).map((lead) => lead.name));
  await page.getByRole("searchbox", { name: "Search leads" }).fill("sushi");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.waitForURL(/search=sushi/);
  assert.ok((await dashboard.rows(page).count()) > 0);
  await page.goto(`/leads/${data[0].id}`);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), data[0].name);
}

journey("without script a wrong place comes back with the form as it was filled", async ({ page, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  problems.expect(/status of 422/);
  await page.goto("/find");
  await dashboard.fill(page, { location: "Helsinky", category: "restaurant" });
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await page.locator("#location-error").waitFor();
  assert.equal(await page.getByLabel("Location", { exact: true }).inputValue(), "Helsinky");
  assert.equal(await page.getByLabel("Trade", { exact: true }).inputValue(), "restaurant");
}, { javaScriptEnabled: false });

for (const path of ["/", "/find", "/leads", "/jobs", "/jobs/JOB", "/leads/LEAD"]) {
  journey(`${path} is hydrated without fetching anything a second time`, async ({ page, server }) => {
    const place = await withData(server, path);
    const asked = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/api/")) asked.push(`${request.method()} ${pathname}`);
    });
    await dashboard.visit(page, place);
    await page.waitForLoadState("networkidle");
    assert.deepEqual(asked, []);
  });
}

journey("what the server rendered is what stands there after hydration", async ({ page, elsewhere, server, problems }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/leads?sort=name");
  problems.expect(SCRIPT_BLOCKED);
  const rendered = await elsewhere({ javaScriptEnabled: false });
  await rendered.goto("/leads?sort=name");
  const cells = (tab) => tab.locator("tbody tr:has(a[data-row]) td:not(.cell--added)").allInnerTexts();
  // With script, only the rows near the screen stay.
  const near = await cells(page);
  assert.ok(near.length > 50, `only ${near.length} cells are shown`);
  assert.deepEqual(near, (await cells(rendered)).slice(0, near.length));
});

journey("the program starts behind the first paint, and not behind one of nothing", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await page.addInitScript(() => {
    // A browser at work on other things paints the empty page first.
    const empty = [{ name: "first-paint" }];
    const list = { getEntries: () => empty, getEntriesByName: (name) => empty.filter((entry) => entry.name === name) };
    globalThis.PerformanceObserver = class extends PerformanceObserver {
      constructor(then) {
        super(then);
        this.then = then;
      }
      observe(options) {
        if (options.type === "paint") this.then(list, this);
        super.observe(options);
      }
    };
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = (...given) => {
      globalThis.started ??= performance.now();
      return instantiateStreaming(...given);
    };
  });
  await dashboard.visit(page, "/leads");
  const { started, painted } = await page.evaluate(() => {
    const [{ startTime }] = performance.getEntriesByName("first-contentful-paint");
    return { started: globalThis.started, painted: startTime };
  });
  assert.ok(started > painted, `started after ${started} ms, painted after ${painted}`);
});

/** Runs before the page: the browser tells of no paint. */
function tellNoPaint() {
  const { observe } = PerformanceObserver.prototype;
  PerformanceObserver.prototype.observe = function watch(options) {
    if (options.type !== "paint") observe.call(this, options);
  };
}

journey("the program starts in a browser that tells of no paint", async ({ page }) => {
  await page.addInitScript(tellNoPaint);
  await dashboard.visit(page, "/find");
});

journey("the program starts at once in a tab that is not shown, where nothing is painted", async ({ page }) => {
  await page.addInitScript(tellNoPaint);
  await page.addInitScript(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    const { setTimeout } = globalThis;
    // What the program waits for elsewhere never comes.
    globalThis.setTimeout = (then, after, ...rest) => (after === 500 ? 0 : setTimeout(then, after, ...rest));
  });
  await dashboard.visit(page, "/find");
});

journey("rows far below the screen are laid out behind the first paint, whether or not the program comes", firstRows);

async function firstRows({ page, server, problems }) {
  problems.expect(/ERR_FAILED/);
  problems.expect(/Failed to fetch dynamically imported module/);
  await page.route(/\/assets\/dashboard-[^/]*\.js$/, (route) => route.abort());
  await server.search(RESTAURANTS);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto("/leads");
  await page.locator("[data-painted]").waitFor();
  const rows = page.locator("a[data-row]");
  const visible = () => rows.evaluateAll((all) => all.filter((row) => row.checkVisibility()).length);
  assert.deepEqual([await rows.count(), await visible()], [50, 50]);
  // As it is before the first paint.
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  const whole = await height();
  await page.evaluate(() => document.documentElement.removeAttribute("data-painted"));
  assert.deepEqual([await visible(), await height()], [24, whole]);
  await page.setViewportSize({ width: 1280, height: 1200 });
  assert.equal(await visible(), 50, "a high screen shows them");
}

journey("what scrolls along is all that is painted apart from the page", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  const session = await page.context().newCDPSession(page);
  for (const path of ["/", "/find", "/leads"]) {
    await dashboard.visit(page, path);
    const layers = await layersOf(page, session);
    const { width, height } = page.viewportSize();
    const large = layers.filter((layer) => layer.drawsContent && layer.width * layer.height > (width * height) / 2);
    assert.equal(large.length, 1, `${path}: ${JSON.stringify(large)}`);
    assert.ok(layers.filter((layer) => layer.drawsContent).length <= 4, `${path}: ${JSON.stringify(layers)}`);
  }
});

/** What the browser paints by itself and puts together for each frame. */
async function layersOf(page, session) {
  const layers = new Promise((known) => {
    session.on("LayerTree.layerTreeDidChange", (tree) => tree.layers && known(tree.layers));
  });
  await session.send("LayerTree.enable");
  // It tells of them with the next frame.
  await page.mouse.move(600, 300);
  await page.mouse.move(600, 310);
  const known = await layers;
  await session.send("LayerTree.disable");
  return known;
}

journey("a page that takes long is taken over in several tasks", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await page.addInitScript(() => {
    const { setTimeout } = globalThis;
    globalThis.tasks = 0;
    globalThis.setTimeout = (act, wait, ...more) => {
      if (!wait && !document.documentElement.hasAttribute("data-ready")) globalThis.tasks += 1;
      return setTimeout(act, wait, ...more);
    };
    // As at a processor on which whatever is done between two looks at the clock takes 4 ms.
    let now = Date.now();
    Date.now = () => (now += 4);
  });
  await dashboard.visit(page, "/leads");
  const tasks = await page.evaluate(() => globalThis.tasks);
  // Effects that all run in one go are three with what comes before them.
  assert.ok(tasks > 4, `${tasks} tasks`);
});

journey("a first visit weighs no more than it may, its document included", async ({ context, server }) => {
  for (const path of ["/", "/find", "/leads", "/leads?view=map", "/leads/LEAD", "/enrichment", "/jobs", "/jobs/JOB"]) {
    const visit = await firstVisit(context, await withData(server, path));
    const [route, document] = [routeBytes(visit), visit.bytes.html];
    assert.ok(route > 10_000 && document > 1000, `a part of the page is not weighed: ${JSON.stringify(visit)}`);
    assert.ok(route + document <= LIMIT, `${path} loads ${route + document} bytes: ${JSON.stringify(visit)}`);
  }
});

journey("who arrives is sent the style with the document, and who goes on its file", async ({ page }) => {
  const asked = [];
  page.on("request", (request) => /\/assets\/main-[^/]*\.css$/.test(request.url()) && asked.push(request.url()));
  await dashboard.visit(page, "/leads");
  const position = () => page.evaluate(() => getComputedStyle(document.querySelector(".side")).position);
  assert.deepEqual([asked.length, await position()], [0, "sticky"]);
  await page.getByRole("link", { name: "Import" }).click();
  await page.waitForURL("**/import");
  await page.waitForLoadState("load");
  assert.deepEqual([asked.length, await position()], [1, "sticky"]);
});

journey("a second visit loads no asset again", async ({ page }) => {
  await dashboard.visit(page, "/");
  assert.ok((await transferredAssets(page)).length >= 3, "the first visit loads script, module and chunk");
  await dashboard.visit(page, "/leads");
  // It may have been loaded ahead.
  const isChunk = (name) => /\/dashboard-leads-[0-9a-f]+\.wasm$/.test(name);
  assert.deepEqual((await transferredAssets(page)).filter((name) => !isChunk(name)), []);
});

/** Assets that came over the wire for this page, by the browser's own account. */
function transferredAssets(page) {
  return page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => new URL(entry.name).pathname.startsWith("/assets/") && entry.transferSize > 0)
      .map((entry) => entry.name),
  );
}

/** Puts leads and a job in place and names the page after them. */
async function withData(server, path) {
  const job = await server.search(RESTAURANTS);
  const { data } = await server.api("/api/businesses?limit=1");
  return path.replace("JOB", job.jobId).replace("LEAD", data[0].id);
}
