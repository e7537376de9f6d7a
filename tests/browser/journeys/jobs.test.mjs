import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

/** An address that no website is reached at: the reader of websites keeps away from the machine's own network. */
const NOWHERE = "http://127.0.0.1:9/";

const jobs = (page) => page.getByRole("list", { name: "Jobs", exact: true }).getByRole("listitem");
const by = (page, what) => page.getByRole("navigation", { name: `Jobs by ${what}` });

/** Enrichments of leads that fail, each by itself; answers the ids of their jobs. */
async function failed(server, count) {
  const ids = [];
  for (let n = 0; n < count; n += 1) {
    const { id } = await server.api("/api/businesses", { name: `Kahvila ${n}`, website: NOWHERE });
    const { jobId } = await server.api(`/api/enrichment/${id}`, undefined, { method: "POST" });
    assert.equal((await server.finished(jobId)).status, "failed");
    ids.push(jobId);
  }
  return ids;
}

async function untilTriedAgain(server, ids) {
  await until("they were tried again", async () => {
    const all = await Promise.all(ids.map((id) => server.api(`/api/jobs/${id}`)));
    return all.every((job) => job.attempt === 2 && job.finishedAt);
  });
}

journey("a failed job is told to try again, and is seen to have run again", async ({ page, server }) => {
  const ids = await failed(server, 1);
  await dashboard.visit(page, "/jobs");
  await dashboard.mark(page);
  const job = jobs(page).filter({ hasText: "Enrich a lead" });
  await job.getByText("Failed", { exact: true }).waitFor();
  assert.equal(await job.getByText(/attempt/).count(), 0);
  await job.getByRole("button", { name: "Retry" }).click();
  // Events bring it: nobody reloads.
  await job.getByText(/^attempt 2 of/).waitFor();
  await untilTriedAgain(server, ids);
  await job.getByText("Failed", { exact: true }).waitFor();
  await job.getByText("The website's address is none that may be read.").waitFor();
  assert.ok(await dashboard.isMarked(page));
}, { enrich: true });

journey("all that failed are tried again at once, after it was said how many they are", async ({ page, server }) => {
  const ids = await failed(server, 3);
  await dashboard.visit(page, "/jobs");
  assert.equal(await page.getByText("Retry all failed").count(), 0, "it is offered where they are listed");
  await by(page, "status").getByRole("link", { name: "Failed" }).click();
  await page.waitForURL("**/jobs?status=failed");
  await page.getByText("Retry all failed").click();
  await page.getByText("3 failed jobs go back into the queue, a batch by its leads.").waitFor();
  await inEveryView(page, "jobs-retry", (view) => fitsAndIsAccessible(page, `retry of all, ${view.name}`));
  await page.getByRole("button", { name: "Retry 3 jobs" }).click();
  await page.getByText("3 jobs wait for another try.").waitFor();
  await untilTriedAgain(server, ids);
}, { enrich: true });

journey("jobs are listed by kind and status, and tried again, without script too", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await server.search({ ...RESTAURANTS, maxResults: 3 });
  const ids = await failed(server, 2);
  await page.goto("/jobs");
  assert.equal(await jobs(page).count(), 3);
  await by(page, "kind").getByRole("link", { name: "Searches" }).click();
  await page.waitForURL("**/jobs?kind=scrape");
  assert.match(await jobs(page).innerText(), /Restaurant within 1 km/);
  await by(page, "status").getByRole("link", { name: "Failed" }).click();
  await page.waitForURL("**/jobs?kind=scrape&status=failed");
  await page.getByText("No such jobs").waitFor();
  await by(page, "kind").getByRole("link", { name: "Enrichments" }).click();
  await page.waitForURL("**/jobs?kind=enrich&status=failed");
  assert.equal(await jobs(page).count(), 2);
  const current = await page.locator("main [aria-current=page]").allInnerTexts();
  assert.deepEqual(current.map((text) => text.trim()), ["Failed", "Enrichments"]);
  await page.getByText("Retry all failed").click();
  await page.getByRole("button", { name: "Retry 2 jobs" }).click();
  await page.waitForURL("**/jobs?status=failed");
  await untilTriedAgain(server, ids);
}, { enrich: true, javaScriptEnabled: false });
