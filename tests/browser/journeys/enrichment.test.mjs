import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { tabTo } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { shift, watchShift } from "../lib/shift.mjs";
import { until } from "../lib/wait.mjs";

/** An address that no website is reached at: the reader of websites keeps away from the machine's own network. */
const NOWHERE = "http://127.0.0.1:9/";
const CAUSE = "The website's address is none that may be read.";

const queue = (page) => page.getByRole("region", { name: "Queue" });
const causes = (page) => page.getByRole("region", { name: "Failures by cause" });
const batch = (page) => page.getByRole("region", { name: "Leads of this batch" });

/** Leads of which some have no website, and the others one that cannot be reached; answers their ids. */
async function leads(server, { without, unreachable }) {
  const ids = [];
  for (let n = 0; n < without + unreachable; n += 1) {
    const lead = { name: `Kahvila ${n}`, ...(n >= without && { website: NOWHERE }) };
    ids.push((await server.api("/api/businesses", lead)).id);
  }
  return ids;
}

async function enrich(server, businessIds) {
  const { jobId } = await server.api("/api/enrichment/batch", { businessIds });
  return jobId;
}

async function figure(page, name) {
  const text = await queue(page).locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("xpath=following-sibling::dd").innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

journey("a batch is followed to its end, and what failed of one cause is tried again", async ({ page, server }) => {
  const ids = await leads(server, { without: 3, unreachable: 2 });
  await dashboard.visit(page, "/enrichment");
  await dashboard.mark(page);
  await page.getByText("Batches appear here.").waitFor();
  await page.getByText("Nothing failed.").waitFor();
  const jobId = await enrich(server, ids);
  // Events bring it: nobody reloads.
  await batch(page).getByText("5 of 5 leads done").waitFor();
  await batch(page).getByText("Done, 2 failed", { exact: true }).waitFor();
  const items = await batch(page).getByRole("listitem").allInnerTexts();
  assert.equal(items.length, 5);
  assert.ok(items.slice(0, 2).every((text) => text.includes("Failed") && text.includes(CAUSE)), items.join("; "));
  assert.ok(items.slice(2).every((text) => text.includes("No website")), items.join("; "));
  await until("the queue counts them", async () =>
    (await figure(page, "Done")) === 3 && (await figure(page, "Failed")) === 2 && (await figure(page, "Waiting")) === 0);
  await causes(page).getByText(CAUSE).waitFor();
  const { causes: stored } = await server.api("/api/enrichment/queue");
  assert.deepEqual(stored.map(({ count }) => count), [2]);
  const before = await server.api(`/api/jobs/${jobId}`);

  await tabTo(page, `Retry 2 leads: ${CAUSE}`);
  await page.keyboard.press("Enter");
  await page.getByText("They wait for another try.").waitFor();
  await until("both were tried again", async () => {
    const { items: now } = await server.api(`/api/enrichment/batch/${jobId}`);
    const jobs = await Promise.all(now.map((item) => server.api(`/api/jobs/${item.jobId}`)));
    return jobs.filter((job) => job.attempt === 2).length === 2 && jobs.every((job) => job.finishedAt);
  });
  const after = await server.api(`/api/jobs/${jobId}`);
  assert.ok(after.version > before.version, "the batch counted them anew");
  await until("the page says so", async () => (await figure(page, "Failed")) === 2);
  assert.ok(await dashboard.isMarked(page));
  await batch(page).getByRole("link", { name: "Kahvila 4" }).click();
  await page.waitForURL(`**/leads/${ids[4]}`);
}, { enrich: true });

journey("another batch is looked at by its address, and all of it works without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  const ids = await leads(server, { without: 2, unreachable: 1 });
  const first = await enrich(server, ids.slice(0, 2));
  await server.finished(first);
  const second = await enrich(server, ids.slice(2));
  await server.finished(second);
  await page.goto("/enrichment");
  assert.equal(await batch(page).getByRole("listitem").count(), 1, "the newest comes first");
  await page.getByRole("link", { name: "2 leads of this batch" }).click();
  await page.waitForURL(`**/enrichment?batch=${first}`);
  assert.equal(await batch(page).getByRole("listitem").count(), 2);
  await page.getByRole("region", { name: "Providers", exact: true }).getByText("The business's own website").waitFor();
  await batch(page).getByRole("link", { name: "Jobs of this batch" }).click();
  await page.waitForURL(`**/jobs?parentId=${first}`);
  await page.getByRole("heading", { name: "Jobs of this batch", level: 1 }).waitFor();
  assert.equal(await page.getByRole("list", { name: "Jobs" }).getByRole("listitem").count(), 2);
  await page.getByRole("link", { name: "Done", exact: true }).click();
  await page.waitForURL(`**/jobs?status=completed&parentId=${first}`);
  await page.getByRole("link", { name: "Leads of this batch" }).click();
  await page.waitForURL(`**/enrichment?batch=${first}`);
  await causes(page).getByRole("button", { name: `Retry 1 lead: ${CAUSE}` }).click();
  await page.waitForURL("**/enrichment");
  await until("it was tried again", async () => {
    const { items } = await server.api(`/api/enrichment/batch/${second}`);
    return (await server.api(`/api/jobs/${items[0].jobId}`)).attempt === 2;
  });
}, { enrich: true, javaScriptEnabled: false });

journey("enrichment is accessible and fits in light, dark and on a phone, and nothing moves", async ({ page, server }) => {
  await watchShift(page);
  await server.finished(await enrich(server, await leads(server, { without: 4, unreachable: 3 })));
  await dashboard.visit(page, "/enrichment");
  assert.ok((await shift(page)) <= 0.02);
  await inEveryView(page, "enrichment", (view) => fitsAndIsAccessible(page, `enrichment, ${view.name}`));
}, { enrich: true });

journey("where nothing was enriched the page says how to begin, and what is missing for it", async ({ page }) => {
  await dashboard.visit(page, "/enrichment");
  await page.getByText("Batches appear here.").waitFor();
  await page.getByText(/start the server with --contact-url/i).waitFor();
  await page.getByText("No paid service is switched on.").waitFor();
  await inEveryView(page, "enrichment-empty", (view) => fitsAndIsAccessible(page, `empty enrichment, ${view.name}`));
});
