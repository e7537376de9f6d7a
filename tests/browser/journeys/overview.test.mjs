import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { EVERYTHING, RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { shift, watchShift } from "../lib/shift.mjs";
import { until } from "../lib/wait.mjs";

const region = (page, name) => page.getByRole("region", { name, exact: true });

journey("the chart and the table one key away have the same numbers, and each leads to its leads", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  const stats = await server.api("/api/businesses/stats");
  await dashboard.visit(page, "/");
  const chart = region(page, "New leads per day");
  const bars = await chart.locator("rect title").evaluateAll((all) => all.map((title) => title.textContent));
  // Of a day without leads there is nothing to draw.
  const drawn = stats.createdPerDay.map(({ count }) => count).filter((count) => count > 0);
  await page.keyboard.press("t");
  const rows = chart.getByRole("table").getByRole("row");
  await rows.first().waitFor();
  const table = await rows.evaluateAll((all) => all.slice(1).map((row) => [...row.cells].map((cell) => cell.textContent)));
  const expect = stats.createdPerDay.map(({ count }) => count.toLocaleString("en-US")).reverse();
  assert.deepEqual(table.map(([, count]) => count), expect);
  const said = bars.map((bar) => bar.match(/: ([\d,]+) leads?$/)[1]);
  assert.deepEqual(said, drawn.map((count) => count.toLocaleString("en-US")));
  assert.ok(drawn.length > 0 && drawn.length < stats.createdPerDay.length);
  await inEveryView(page, "overview-table", (view) => fitsAndIsAccessible(page, `overview with its table, ${view.name}`));
  await page.keyboard.press("t");
  await rows.first().waitFor({ state: "hidden" });
  await page.keyboard.press("t");
  await chart.getByRole("table").getByRole("link").first().click();
  await page.waitForURL(/\/leads\?createdAfter=.*&createdBefore=/);
  await page.getByRole("status").filter({ hasText: `${expect[0]} leads` }).waitFor();
});

journey("what runs is followed live, and what happened comes to the top", async ({ page, server }) => {
  await dashboard.visit(page, "/");
  await dashboard.mark(page);
  await region(page, "Running now").getByText("Nothing is running.").waitFor();
  const { jobId } = await server.api("/api/scraper/scrape", EVERYTHING);
  server.slow();
  const bar = region(page, "Running now").getByRole("progressbar");
  const seen = await until("the bar moves", async () => {
    const value = await bar.first().getAttribute("value").catch(() => null);
    return Number(value) > 0 && Number(value);
  });
  assert.ok(seen > 0);
  server.resume();
  await server.finished(jobId);
  await region(page, "Running now").getByText("Nothing is running.").waitFor();
  await region(page, "Latest activity").getByText(/^Done, [\d,]+ found/).waitFor();
  const { id } = await server.api("/api/businesses", { name: "Zzz Kahvila" });
  const first = region(page, "Latest activity").getByRole("listitem").first();
  await until("the new lead is on top", async () => /Zzz Kahvila\s*Added/.test(await first.innerText()));
  await first.getByRole("link").click();
  await page.waitForURL(`**/leads/${id}`);
  assert.ok(await dashboard.isMarked(page));
});

journey("the way to being enriched is counted, and each number leads to its leads", async ({ page, server }) => {
  await watchShift(page);
  await server.search(RESTAURANTS);
  const stats = await server.api("/api/businesses/stats");
  await dashboard.visit(page, "/");
  const pipeline = region(page, "Enrichment");
  const text = (await pipeline.getByRole("listitem").first().innerText()).replaceAll(/\s+/g, " ");
  assert.equal(text.trim(), `Not enriched ${stats.pending.toLocaleString("en-US")}`);
  assert.ok((await shift(page)) <= 0.02);
  await pipeline.getByRole("link", { name: /Not enriched/ }).click();
  await page.waitForURL("**/leads?enrichmentStatus=pending");
});

journey("all of the overview is there without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await server.search(RESTAURANTS);
  await page.goto("/");
  for (const name of ["New leads per day", "Enrichment", "Trades", "Cities", "Running now", "Latest activity", "Latest leads"]) {
    await region(page, name).waitFor();
  }
  assert.ok((await region(page, "Latest activity").getByRole("listitem").count()) > 1);
  await region(page, "New leads per day").getByText("Show the numbers").click();
  await region(page, "New leads per day").getByRole("table").waitFor();
}, { javaScriptEnabled: false });

journey("panels that stand side by side end at one line", async ({ page, server }) => {
  await server.search(RESTAURANTS);
  await page.setViewportSize({ width: 1280, height: 900 });
  await dashboard.visit(page, "/");
  for (const row of [["New leads per day", "Enrichment"], ["Recent searches", "Latest activity", "Latest leads"]]) {
    const boxes = await Promise.all(row.map((name) => region(page, name).boundingBox()));
    const ends = boxes.map(({ y, height }) => Math.round(y + height));
    assert.ok(Math.max(...ends) - Math.min(...ends) <= 1, `${row.join(", ")} end at ${ends.join(", ")} px`);
  }
  const [running, searches] = await Promise.all(["Running now", "Recent searches"].map((name) => region(page, name).boundingBox()));
  assert.ok(searches.y - (running.y + running.height) < 32, "the two share a column");
});
