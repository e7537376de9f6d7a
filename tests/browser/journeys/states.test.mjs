// What stands on a page for a while only is accessible too.
import assert from "node:assert/strict";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { CUT_OFF } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const CAFE = { name: "Kahvila Aurinko", city: "Espoo", phone: "+358 9 6122 5661" };

/** Nothing moves, so that no colour is looked at on its way to another. */
const STILL = { reducedMotion: "reduce" };

/** Checks the page in light and dark, and that `shown` is there all the while. */
async function check(page, where, shown) {
  await shown.waitFor();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ ...STILL, colorScheme });
    await accessible(page, `${where}, ${colorScheme}`);
    assert.ok(await shown.isVisible(), `${where} is gone before it was looked at`);
  }
  await page.emulateMedia({ ...STILL, colorScheme: "light" });
}

journey("the list of shortcuts is accessible while it is open", async ({ page }) => {
  await dashboard.visit(page, "/jobs");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await check(page, "shortcuts", dialog);
  await page.setViewportSize({ width: 390, height: 844 });
  await check(page, "shortcuts on a phone", dialog);
}, STILL);

for (const [name, size] of Object.entries({ "a wide window": { width: 1280, height: 900 }, "a phone": { width: 390, height: 844 } })) {
  journey(`menus of filters and of exports are accessible while they are open in ${name}`, async ({ page, server }) => {
    await server.search({ ...RESTAURANTS, maxResults: 40 });
    await dashboard.visit(page, "/leads?hasPhone=true");
    const filters = page.getByRole("group", { name: "Filters" });
    await filters.getByText("Category", { exact: true }).click();
    await check(page, `filters in ${name}`, page.getByRole("list", { name: "Category" }));
    // On a phone an open menu lies over what is below it.
    await page.keyboard.press("Escape");
    await filters.getByText("Phone", { exact: true }).click();
    await check(page, `a filter that is on in ${name}`, page.getByRole("list", { name: "Phone" }));
    await page.keyboard.press("Escape");
    await page.getByText("Export", { exact: true }).click();
    await check(page, `exports in ${name}`, page.getByRole("list", { name: "Export" }));
  }, { ...STILL, viewport: size });
}

journey("notices of what can be undone and of what failed are accessible", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  const { id } = await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, "/leads");
  await page.getByRole("link", { name: CAFE.name }).focus();
  await page.keyboard.press("Delete");
  const offer = page.locator(".offers .toast", { hasText: "was deleted" });
  // As long as somebody points at it, it stays.
  await offer.hover();
  await check(page, "a deletion that can be undone", offer);
  await offer.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: CAFE.name }).click();
  await page.waitForURL(`**/leads/${id}`);
  const problem = { type: "/problems/invalid", title: "Invalid request", status: 422, detail: "not on a Sunday", errors: [] };
  await page.route("**/api/enrichment/*", (route) =>
    route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await page.getByRole("button", { name: "Enrich now" }).click();
  const failure = page.locator(".toast--failed", { hasText: "Not on a Sunday." });
  await check(page, "a failure", failure);
  await page.setViewportSize({ width: 390, height: 844 });
  await check(page, "a failure on a phone", failure);
}, STILL);

journey("a page whose server is out of reach is accessible", async ({ page, server, problems }) => {
  problems.expect(CUT_OFF);
  await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, "/leads");
  await server.kill();
  const badge = page.getByRole("status", { name: "Connection" });
  await until("the page says that it is cut off", async () => (await badge.getAttribute("data-state")) !== "live");
  await check(page, "reconnecting", badge);
  await until("the page says that it is offline", async () => (await badge.getAttribute("data-state")) === "offline");
  await check(page, "offline", badge);
  assert.ok(await page.getByRole("link", { name: CAFE.name }).isVisible(), "what was there stays");
}, STILL);

journey("a job's page is accessible while it runs, and once it was cancelled", async ({ page, server }) => {
  await dashboard.caughtRunning(server, page);
  const progress = page.getByRole("region", { name: "Progress" });
  await check(page, "a running job", progress.getByRole("progressbar"));
  await page.getByRole("button", { name: "Cancel" }).press("Enter");
  server.resume();
  await dashboard.untilStatus(page, "Cancelled");
  await check(page, "a cancelled job", page.getByRole("button", { name: "Retry" }));
  await inEveryView(page, "job-cancelled", (view) => fitsAndIsAccessible(page, `a cancelled job, ${view.name}`));
}, STILL);

journey("the page of a job that failed, and of one that found nothing, is accessible", async ({ page, server }) => {
  const body = new FormData();
  body.append("file", new Blob(["PAR1 no more than this"]), "leads.parquet");
  const answer = await fetch(`${server.url}/api/businesses/import`, { method: "POST", body });
  const failed = await server.finished((await answer.json()).jobId);
  assert.equal(failed.status, "failed");
  await dashboard.visit(page, `/jobs/${failed.jobId}`);
  await page.getByRole("alert").getByText("The job was given up").waitFor();
  await inEveryView(page, "job-failed", (view) => fitsAndIsAccessible(page, `a failed job, ${view.name}`));
  const nothing = await server.search({ ...RESTAURANTS, query: "no such name" });
  await dashboard.visit(page, `/jobs/${nothing.jobId}`);
  await page.getByRole("list", { name: "What to try" }).waitFor();
  await inEveryView(page, "job-nothing", (view) => fitsAndIsAccessible(page, `nothing found, ${view.name}`));
  await dashboard.visit(page, "/jobs");
  await page.getByRole("list", { name: "Jobs" }).getByRole("button", { name: "Retry" }).waitFor();
  await inEveryView(page, "jobs-failed", (view) => fitsAndIsAccessible(page, `jobs of which one failed, ${view.name}`));
});

journey("suggestions of the search form are accessible while they are open", async ({ page }) => {
  await dashboard.visit(page, "/find");
  for (const [field, letters] of [["Trade", "rest"], ["Location", "Hels"]]) {
    await page.getByLabel(field, { exact: true }).pressSequentially(letters);
    const list = page.getByRole("listbox", { name: `Suggestions for ${field}` });
    await list.getByRole("option").first().waitFor();
    const chosen = list.getByRole("option", { selected: true });
    await until("one of them is chosen", async () => {
      // What is suggested for the first letters goes, and with it the choice.
      if ((await chosen.count()) === 0) await page.keyboard.press("ArrowDown");
      return (await chosen.count()) === 1;
    });
    await check(page, `suggestions for ${field}`, list);
    await page.setViewportSize({ width: 390, height: 844 });
    await check(page, `suggestions for ${field} on a phone`, list);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.keyboard.press("Escape");
  }
}, STILL);

journey("the suppression list is accessible when it is empty, refuses and has entries", async ({ page, problems }) => {
  problems.expect(/status of 422/);
  const look = (name) => inEveryView(page, name, (view) => fitsAndIsAccessible(page, `${name}, ${view.name}`));
  await page.goto("/suppression");
  await page.getByText("Nobody yet.").waitFor();
  await look("suppression-empty");
  await page.getByRole("button", { name: "Put on the list" }).click();
  await page.locator("#who-error").waitFor();
  await look("suppression-refused");
  const entries = page.getByRole("button", { name: /^Take off the list: / });
  for (const [before, who] of ["anna@example.org", "example.com"].entries()) {
    await page.getByLabel("E-mail address or domain").fill(who);
    await page.getByRole("button", { name: "Put on the list" }).click();
    await until(`${who} is on the list`, async () => (await entries.count()) === before + 1);
  }
  await page.getByText("It is on the list.").waitFor();
  await look("suppression-entries");
});
