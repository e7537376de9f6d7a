// What is done by Tab and Enter alone: no script and no pointer moves the focus.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { tabTo } from "../lib/page.mjs";
import { ADA, setUp } from "../lib/person.mjs";
import { until } from "../lib/wait.mjs";

journey("one signs out and in again by keys alone", async ({ page, server }) => {
  await setUp(page, server);
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sign-in$/);
  await tabTo(page, "E-mail address");
  await page.keyboard.type(ADA.email);
  await tabTo(page, "Password");
  await page.keyboard.type(ADA.password);
  await tabTo(page, "Sign in");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/`);
  await dashboard.live(page);
}, { signIn: true });

journey("a lead is enriched by keys alone", async ({ page, server }) => {
  // Without a website, nobody else's server is asked.
  const { id } = await server.api("/api/businesses", { name: "Kahvila" });
  await dashboard.visit(page, `/leads/${id}`);
  await tabTo(page, "Enrich now");
  await page.keyboard.press("Enter");
  await page.getByText("Enrichment was asked for.").waitFor();
  const [job] = await until("its job is there", async () => {
    const { data } = await server.api("/api/jobs?kind=enrich");
    return data.length > 0 && data;
  });
  await server.finished(job.jobId);
  await page.getByRole("button", { name: "Enrich now" }).waitFor();
  assert.equal((await server.api("/api/jobs?kind=enrich")).meta.total, 1);
}, { enrich: true });

journey("a job is cancelled and tried again by keys alone", async ({ page, server }) => {
  const jobId = await dashboard.caughtRunning(server, page);
  await tabTo(page, "Cancel");
  await page.keyboard.press("Enter");
  server.resume();
  await dashboard.untilStatus(page, "Cancelled");
  // From the start of the page: what had the focus is gone, and its rows are many.
  await dashboard.visit(page, `/jobs/${jobId}`);
  await tabTo(page, "Retry");
  await page.keyboard.press("Enter");
  await dashboard.untilStatus(page, "Done");
  assert.equal((await server.api(`/api/jobs/${jobId}`)).status, "completed");
});

journey("the title has the focus before and after the job of its page has come", async ({ page, server }) => {
  const { jobId } = await server.search(dashboard.RESTAURANTS);
  await dashboard.visit(page, "/");
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(`**/api/jobs/${jobId}`, async (route) => {
    await released;
    await route.continue();
  });
  await page.locator(`main a[href="/jobs/${jobId}"]`).first().press("Enter");
  const title = (name) => page.locator("h1:focus").filter({ hasText: name });
  await title(/^Job$/).waitFor();
  release();
  await title(/^Restaurants? /).waitFor();
});

journey("a file is imported by keys alone", async ({ page, server }) => {
  const file = join(server.folder, "customers.csv");
  await writeFile(file, "Company,City\nKukkakauppa Kaisla,Helsinki\nParturi Sakset,Espoo\n");
  await dashboard.visit(page, "/leads");
  await tabTo(page, "Import");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/import");
  await tabTo(page, "File");
  // The system's own dialog, which is no part of the page.
  const asked = page.waitForEvent("filechooser");
  // The browser hears that it is waited for before the key.
  await page.evaluate(() => null);
  await page.keyboard.press("Enter");
  const dialog = await asked;
  await dialog.setFiles(file);
  await tabTo(page, "Look at the file");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?name=customers\.csv$/);
  await tabTo(page, "Import the file");
  await page.keyboard.press("Enter");
  await dashboard.jobOf(page);
  await dashboard.untilStatus(page, "Done");
  assert.equal((await server.api("/api/businesses?limit=1")).meta.total, 2);
});
