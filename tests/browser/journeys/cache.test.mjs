import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

const LEADS = { ...dashboard.RESTAURANTS, maxResults: 45 };
const LIST = "/leads?sort=name&limit=20";

journey("however many parts of a page show the same, it is asked for once", async ({ page, server }) => {
  await server.search(LEADS);
  await dashboard.visit(page, "/find");
  const asked = listen(page);
  await page.getByRole("link", { name: "Leads", exact: true }).click();
  await until("leads are listed", async () => (await dashboard.rows(page).count()) > 0);
  await page.waitForLoadState("networkidle");
  const twice = asked.filter((request, place) => asked.indexOf(request) !== place);
  assert.ok(asked.some((request) => request.startsWith("GET /api/businesses")), asked.join());
  assert.deepEqual(twice, []);
});

journey("the way back shows at once what was there, whatever the server does", async ({ page, server }) => {
  await server.search(LEADS);
  await dashboard.visit(page, LIST);
  const before = await dashboard.rows(page).allInnerTexts();
  await dashboard.rows(page).nth(3).click();
  await page.getByRole("button", { name: "Enrich now" }).waitFor();
  const release = await hold(page, "**/api/businesses?**");
  await page.goBack();
  await page.waitForURL((url) => url.pathname === "/leads" && url.searchParams.get("sort") === "name");
  await until("the rows are back", async () => {
    const rows = await dashboard.rows(page).allInnerTexts();
    return before.every((name, place) => rows[place] === name);
  }, 2_000);
  release();
});

journey("rows behind those on screen are there before they come into sight", async ({ page, server }) => {
  await server.search(LEADS);
  const fetched = page.waitForResponse((answer) => answer.url().includes("page=2"));
  await dashboard.visit(page, LIST);
  await fetched;
  await page.waitForLoadState("networkidle");
  const release = await hold(page, "**/api/businesses?**");
  await page.mouse.wheel(0, 500);
  const { data } = await server.api("/api/businesses?sort=name&limit=200");
  await until("they are in sight", () => page.getByRole("link", { name: data[24].name, exact: true }).first().isVisible(), 2_000);
  release();
});

journey("an enrichment is shown before the server answers, and taken back where it fails", async ({ page, server, problems }) => {
  problems.expect(/status of 500|answer 500/);
  const [lead] = await oneLead(server);
  await dashboard.visit(page, `/leads/${lead.id}`);
  let tries = 0;
  let fail;
  const failing = new Promise((resolve) => {
    fail = resolve;
  });
  await page.route("**/api/enrichment/*", async (route) => {
    tries += 1;
    await failing;
    await route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" });
  });
  const frames = page.evaluate(framesUntil, "Enriching");
  await page.getByRole("button", { name: "Enrich now" }).click();
  assert.ok((await frames) <= 1, `after ${await frames} frames`);
  fail();
  await page.getByText("Enriching", { exact: true }).first().waitFor({ state: "detached" });
  assert.equal(tries, 3, "it may succeed later, and was asked again");
  assert.equal((await server.api(`/api/businesses/${lead.id}`)).enrichmentStatus, lead.enrichmentStatus);
  await page.getByRole("button", { name: "Enrich now" }).waitFor();
});

journey("what is asked for offline is sent once, when the network is back", offline, { enrich: true });

async function offline({ page, server, context, problems }) {
  problems.expect(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  // Without a website, nobody else's server is asked.
  const lead = await server.api("/api/businesses", { name: "Kahvila" });
  await dashboard.visit(page, `/leads/${lead.id}`);
  const asked = listen(page);
  await context.setOffline(true);
  await page.getByRole("button", { name: "Enrich now" }).click();
  await page.getByText("Enriching", { exact: true }).first().waitFor();
  const sent = () => asked.filter((request) => request.startsWith("POST /api/enrichment/"));
  assert.deepEqual(sent(), []);
  await context.setOffline(false);
  const [job] = await until("the job is there", async () => {
    const { data } = await server.api("/api/jobs?kind=enrich");
    return data.length > 0 && data;
  });
  await server.finished(job.jobId);
  assert.equal(sent().length, 1);
  assert.equal((await server.api("/api/jobs?kind=enrich")).data.length, 1);
}

async function oneLead(server) {
  await server.search({ ...dashboard.RESTAURANTS, maxResults: 1 });
  return (await server.api("/api/businesses?limit=1")).data;
}

/** What the page asks the API from now on, as `GET /api/..`. */
function listen(page) {
  const asked = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith("/api/")) asked.push(`${request.method()} ${pathname}${search}`);
  });
  return asked;
}

/** Lets nothing through to these addresses until the function that it answers is called. */
async function hold(page, addresses) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(addresses, async (route) => {
    await held;
    // A page that was left waits no more.
    await route.continue().catch(() => {});
  });
  return release;
}

/** Runs on the page: frames from the next press of a button to the first that shows the word on a badge. */
function framesUntil(word) {
  return new Promise((resolve) => {
    const count = () => {
      let frames = 0;
      const look = () => {
        const shown = [...document.querySelectorAll(".badge")].some((badge) => badge.textContent.trim() === word);
        if (shown) return resolve(frames);
        frames += 1;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    document.addEventListener("click", count, { once: true, capture: true });
  });
}
