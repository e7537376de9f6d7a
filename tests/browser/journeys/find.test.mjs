import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { EVERYTHING, RESTAURANTS } from "../lib/page.mjs";
import { CUT_OFF, SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { Server } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

/** The places behind stored businesses, one entry each time one is stored. */
function placesOf(businesses) {
  return businesses.flatMap((business) => business.sources.map(({ source, sourceId }) => `${source} ${sourceId}`)).sort();
}

journey("a search fills the page with businesses without a reload", async ({ page, server }) => {
  await dashboard.visit(page, "/find");
  await dashboard.mark(page);
  await dashboard.fill(page, RESTAURANTS);
  await page.getByRole("button", { name: "Find", exact: true }).click();
  const jobId = await dashboard.jobOf(page);
  await dashboard.untilStatus(page, "Done");
  const { counts } = await server.api(`/api/jobs/${jobId}`);
  assert.ok(counts.saved > 100, `restaurants within a kilometre: ${counts.saved}`);
  assert.equal(counts.found, counts.saved + counts.merged + counts.rejected + counts.closed);
  for (const [name, value] of [["Found", counts.found], ["New", counts.saved], ["Merged", counts.merged]]) {
    await until(`the page counts ${value} ${name}`, async () => (await dashboard.count(page, name)) === value);
  }
  const expected = Math.min(counts.saved, 200);
  await until("every row is listed", async () => (await dashboard.results(page).count()) === expected);
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");
});

journey("rows appear while the job runs, in a second tab too", async ({ page, server, open }) => {
  const second = await open();
  await dashboard.caughtRunning(server, page, [second]);
  server.resume();
  const third = await open();
  await dashboard.visit(third, "/leads");
  await dashboard.mark(third);
  await Promise.all([page, second].map((tab) => dashboard.untilStatus(tab, "Done")));
  const names = async (tab) => dashboard.results(tab).allInnerTexts();
  await until("both tabs list the same rows", async () => {
    const [one, two] = await Promise.all([names(page), names(second)]);
    return one.length > 0 && JSON.stringify(one) === JSON.stringify(two);
  });
  const saved = await dashboard.count(page, "New");
  await until("the open list of leads has come to the same total", async () => {
    const total = await third.getByRole("search", { name: "Leads" }).locator("xpath=following-sibling::*[1]").innerText();
    return Number(/^[\d,]+/.exec(total)?.[0].replaceAll(",", "")) === saved;
  });
  for (const tab of [page, second, third]) assert.ok(await dashboard.isMarked(tab), "a page was loaded again");
});

journey("a reload in the middle of a job keeps its state", async ({ page, server }) => {
  const jobId = await dashboard.caughtRunning(server, page);
  const before = await dashboard.count(page, "Found");
  server.resume();
  await page.reload();
  assert.ok((await dashboard.count(page, "Found")) >= before, "the page went back behind what it had shown");
  assert.ok((await dashboard.results(page).count()) > 0, "the rows were gone after the reload");
  await dashboard.live(page);
  await dashboard.untilStatus(page, "Done");
  const { counts } = await server.api(`/api/jobs/${jobId}`);
  await until("the last counts arrive", async () => (await dashboard.count(page, "Found")) === counts.found);
});

journey("a server killed in the middle finishes the job when it is back, and the page recovers", async (world) => {
  const { page, server, problems } = world;
  problems.expect(CUT_OFF);
  problems.expect(/WebSocket/);
  const jobId = await dashboard.caughtRunning(server, page);
  await server.kill();
  const badge = page.locator('[aria-label="Connection"]');
  await until("the page says that it is cut off", async () => {
    return ["reconnecting", "offline"].includes(await badge.getAttribute("data-state"));
  });
  assert.ok((await dashboard.results(page).count()) > 0, "the rows went with the server");
  await server.restart();
  await dashboard.live(page);
  await dashboard.untilStatus(page, "Done");
  const job = await server.finished(jobId);
  assert.equal(job.status, "completed");
  assert.ok(job.attempt > 1, "the job was through before the server was killed");
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");
  await sameAsUndisturbed(server, job);
});

journey("a server that is shut down and started again is followed as before", async ({ page, server, problems }) => {
  problems.expect(CUT_OFF);
  problems.expect(/WebSocket|status of 503/);
  await dashboard.visit(page, "/leads");
  await dashboard.mark(page);
  await server.shutDown();
  const badge = page.locator('[aria-label="Connection"]');
  await until("the page says that it is cut off", async () => {
    return ["reconnecting", "offline"].includes(await badge.getAttribute("data-state"));
  });
  await server.restart();
  await dashboard.live(page);
  await server.search({ ...RESTAURANTS, maxResults: 3 });
  await until("what was found since is listed", async () => (await dashboard.rows(page).count()) === 3);
  assert.ok(await dashboard.isMarked(page), "the page was loaded again");
});

/** What a server that nobody disturbs makes of the same search is what must be there: nothing lost, nothing double. */
async function sameAsUndisturbed(server, job) {
  const reference = await Server.start();
  try {
    const expected = await reference.search(EVERYTHING);
    const [stored, wanted] = await Promise.all([server.businesses(), reference.businesses()]);
    const places = placesOf(stored);
    assert.equal(new Set(places).size, places.length, "a place is stored twice");
    assert.deepEqual(places, placesOf(wanted));
    assert.equal(stored.length, wanted.length);
    assert.deepEqual(job.counts, expected.counts);
  } finally {
    await reference.stop();
  }
}

journey("a running search can be cancelled and keeps what it has stored", async ({ page, server }) => {
  const jobId = await dashboard.caughtRunning(server, page);
  await page.getByRole("button", { name: "Cancel" }).press("Enter");
  server.resume();
  await dashboard.untilStatus(page, "Cancelled");
  const job = await server.api(`/api/jobs/${jobId}`);
  assert.equal(job.status, "cancelled");
  const stored = await server.businesses();
  assert.equal(stored.length, job.counts.saved, "what was counted as new is what is stored");
  assert.ok(stored.length > 0);
  await page.getByRole("button", { name: "Retry" }).waitFor();
});

journey("an unknown place is said so beside its field, with the nearest names to choose from", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await dashboard.visit(page, "/find");
  await dashboard.fill(page, { location: "Helsinky", category: "restaurant" });
  await page.getByRole("button", { name: "Find", exact: true }).click();
  const field = page.getByLabel("Location", { exact: true });
  await until("the field is marked as wrong", async () => (await field.getAttribute("aria-invalid")) === "true");
  const message = page.locator("#location-error");
  await message.waitFor();
  assert.match(await message.innerText(), /\S/);
  await message.getByRole("button", { name: "Helsinki" }).first().click();
  assert.match(await field.inputValue(), /^Helsinki/);
  assert.equal(new URL(page.url()).pathname, "/find");
  assert.equal((await server.api("/api/jobs")).meta.total, 0, "no job was made");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await dashboard.jobOf(page);
});

journey("pressing Find twice makes one job", async ({ page, server }) => {
  await dashboard.visit(page, "/find");
  await dashboard.fill(page, RESTAURANTS);
  await page.getByRole("button", { name: "Find", exact: true }).dblclick();
  await dashboard.jobOf(page);
  assert.equal((await server.api("/api/jobs")).meta.total, 1);
});

/** Presses the button that makes the latest search again; answers what was asked for before and by the press. */
async function searchAgain(page, server) {
  const [before] = (await server.api("/api/jobs?kind=scrape")).data;
  await page.getByRole("button", { name: /^Search again: Restaurant within 1 km/ }).first().click();
  const jobId = await dashboard.jobOf(page);
  assert.notEqual(jobId, before.jobId);
  await dashboard.untilStatus(page, "Done");
  return [before.request, (await server.api(`/api/jobs/${jobId}`)).request];
}

journey("a recent search is made again at once, or fills the form", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/find");
  await dashboard.mark(page);
  const map = page.getByRole("region", { name: "Area" });
  await map.getByText("Once place and radius are known").waitFor();
  await page.getByRole("link", { name: "Fill in the form" }).click();
  await map.getByRole("link", { name: /leads known here$/ }).waitFor();
  assert.equal(await page.getByLabel("Trade", { exact: true }).inputValue(), RESTAURANTS.category);
  const [before, again] = await searchAgain(page, server);
  assert.deepEqual(again, before);
  assert.ok(await dashboard.isMarked(page), "no document was loaded");
});

journey("the circle on the map is made larger by its handle, and by typing", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await dashboard.visit(page, "/find");
  await page.getByRole("link", { name: "Fill in the form" }).click();
  const area = page.getByRole("region", { name: "Area" });
  const field = page.getByLabel("Radius in km");
  const handle = area.getByRole("slider", { name: "Radius" });
  await area.getByRole("group", { name: /within 1 km$/ }).waitFor();
  await handle.focus();
  await page.keyboard.press("ArrowRight");
  await area.getByRole("group", { name: /within 2 km$/ }).waitFor();
  assert.equal(await field.inputValue(), "2");
  assert.equal(await handle.getAttribute("aria-valuetext"), "2 km");
  await field.fill("7.5");
  await area.getByRole("group", { name: /within 7.5 km$/ }).waitFor();
  assert.equal(await handle.getAttribute("aria-valuetext"), "7.5 km");
  const box = await handle.boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
  await page.mouse.down();
  // What is dragged is the same element to the end, however often the drawing is made anew.
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 8 });
  await page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await area.getByRole("group", { name: /within 100 m$/ }).waitFor();
  assert.equal(await field.inputValue(), "0.1");
});

journey("a recent search is made again without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await server.search(RESTAURANTS);
  await page.goto("/find");
  const [before] = (await server.api("/api/jobs?kind=scrape")).data;
  await page.getByRole("button", { name: /^Search again: Restaurant within 1 km/ }).click();
  const jobId = await dashboard.jobOf(page);
  const again = await server.finished(jobId);
  assert.notEqual(jobId, before.jobId);
  assert.deepEqual(again.request, before.request);
}, { javaScriptEnabled: false });
