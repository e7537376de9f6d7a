import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";

const PAGES = { overview: "/", find: "/find", leads: "/leads", lead: "/leads/LEAD", jobs: "/jobs", job: "/jobs/JOB" };

for (const [name, path] of Object.entries(PAGES)) {
  journey(`${name} is accessible and fits in light, dark and on a phone`, async ({ page, server }) => {
    const job = await server.search(RESTAURANTS);
    const { data } = await server.api("/api/businesses?limit=1");
    await dashboard.visit(page, path.replace("JOB", job.jobId).replace("LEAD", data[0].id));
    await inEveryView(page, name, (view) => fitsAndIsAccessible(page, `${name}, ${view.name}`));
  });
}

for (const [name, path] of Object.entries({ overview: "/", leads: "/leads", jobs: "/jobs" })) {
  journey(`${name} without any data says how to begin`, async ({ page }) => {
    await dashboard.visit(page, path);
    await page.getByRole("link", { name: /find leads/i }).first().waitFor();
    await inEveryView(page, `${name}-empty`, (view) => fitsAndIsAccessible(page, `empty ${name}, ${view.name}`));
  });
}

journey("an address that leads nowhere says so", async ({ page, problems }) => {
  problems.expect(/status of 404/);
  const answer = await page.goto("/nowhere");
  assert.equal(answer.status(), 404);
  await inEveryView(page, "not-found", (view) => fitsAndIsAccessible(page, `not found, ${view.name}`));
});

journey("the theme that was chosen is there before the first paint of the next visit", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await dashboard.visit(page, "/");
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  const before = await ground();
  await page.getByTitle("Dark", { exact: true }).click();
  const chosen = await ground();
  assert.notEqual(chosen, before);
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      globalThis.schemeAtStart = getComputedStyle(document.documentElement).colorScheme;
    });
  });
  await dashboard.visit(page, "/leads");
  assert.equal(await page.evaluate(() => globalThis.schemeAtStart), chosen);
});
