import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { CUT_OFF } from "../lib/problems.mjs";
import { seen, watchRows } from "../lib/sight.mjs";
import { until } from "../lib/wait.mjs";

const POSTGRES = { postgres: true };

journey("what changes at one server appears on the page of another, once, and after the other was killed", across, POSTGRES);

async function across({ page, server, startBeside, problems }) {
  const other = await startBeside();
  await dashboard.visit(page, "/leads?sort=name");
  await dashboard.mark(page);
  await watchRows(page);

  const lead = await other.api("/api/businesses", { name: "Kahvila v1", city: "Espoo" });
  await untilListed(page, ["Kahvila v1"]);
  await other.api(`/api/businesses/${lead.id}`, { name: "Kahvila v2" }, { method: "PATCH", version: 1 });
  await untilListed(page, ["Kahvila v2"]);
  assert.deepEqual((await seen(page)).appeared, { [`/leads/${lead.id}`]: 1 });

  problems.expect(CUT_OFF);
  problems.expect(/WebSocket/);
  await server.kill();
  await untilCutOff(page);
  await other.api(`/api/businesses/${lead.id}`, { name: "Kahvila v3" }, { method: "PATCH", version: 2 });
  const meanwhile = await other.api("/api/businesses", { name: "Ravintola v1" });
  await server.restart();
  await dashboard.live(page);
  await untilListed(page, ["Kahvila v3", "Ravintola v1"]);

  // It goes on as before.
  await other.api(`/api/businesses/${lead.id}`, undefined, { method: "DELETE", version: 3 });
  await untilListed(page, ["Ravintola v1"]);
  const { appeared, older, doubled } = await seen(page);
  assert.deepEqual({ older, doubled }, { older: [], doubled: [] });
  assert.equal(appeared[`/leads/${meanwhile.id}`], 1);
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");
}

journey("a server that is killed disturbs nobody at another, and shows what was done there meanwhile", beside, POSTGRES);

async function beside({ page, server, startBeside, open }) {
  const other = await startBeside();
  await dashboard.visit(page, "/leads?sort=name");
  await dashboard.mark(page);
  const elsewhere = await open();
  await dashboard.visit(elsewhere, `${other.url}/leads?sort=name`);
  const { jobId } = await server.api("/api/scraper/scrape", { ...dashboard.RESTAURANTS, maxResults: 20 });
  await server.finished(jobId);
  await until("both pages list what was found", async () => {
    return (await dashboard.rows(page).count()) === 20 && (await dashboard.rows(elsewhere).count()) === 20;
  });
  await elsewhere.close();

  await other.kill();
  await server.api("/api/businesses", { name: "Aaron" });
  await until("a new lead is listed first", async () => (await dashboard.rows(page).first().innerText()) === "Aaron");
  assert.equal(await page.locator('[aria-label="Connection"]').getAttribute("data-state"), "live");
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");

  await other.restart();
  const again = await open();
  await dashboard.visit(again, `${other.url}/leads?sort=name`);
  assert.equal(await dashboard.rows(again).first().innerText(), "Aaron");
}

async function untilListed(page, names) {
  await until(`the page lists ${names.join(", ")}`, async () => {
    return (await dashboard.rows(page).allInnerTexts()).join() === names.join();
  });
}

async function untilCutOff(page) {
  const badge = page.locator('[aria-label="Connection"]');
  await until("the page says that it is cut off", async () => {
    return ["reconnecting", "offline"].includes(await badge.getAttribute("data-state"));
  });
}
