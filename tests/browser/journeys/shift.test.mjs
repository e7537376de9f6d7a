import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { ask, setUp } from "../lib/person.mjs";
import { shift, watchShift } from "../lib/shift.mjs";
import { until } from "../lib/wait.mjs";

/** How far the layout of a page may shift by itself, as browsers count it. */
const MOST = 0.02;

const CAFE = {
  name: "Kahvila Aurinko",
  category: "cafe",
  street: "Aleksanterinkatu 15",
  city: "Helsinki",
  country: "FI",
  latitude: 60.1699,
  longitude: 24.9384,
  phone: "+358 9 310 1691",
  website: "https://www.aurinko.example/",
  notes: "Ask for Anna on weekdays.",
  tags: ["warm", "harbour"],
};

/** Waits until the job is through. */
async function finished(context, jobId) {
  await until(`job ${jobId} is through`, async () => (await ask(context, `/api/jobs/${jobId}`)).finishedAt);
}

/** Has something on every page of the application; answers their addresses. */
async function pages(context) {
  const { jobId } = await ask(context, "/api/scraper/scrape", { ...RESTAURANTS, maxResults: 40 });
  await finished(context, jobId);
  const { id } = await ask(context, "/api/businesses", CAFE);
  await ask(context, `/api/businesses/${id}/contacts`, { name: "Anna Aalto", title: "Owner", isPrimary: true });
  const { id: bare } = await ask(context, "/api/businesses", { name: "Kahvila Kuu" });
  const batch = await ask(context, "/api/enrichment/batch", { businessIds: [bare] });
  await finished(context, batch.jobId);
  const lists = ["/", "/find", "/leads", "/leads?view=map", "/jobs", "/enrichment"];
  return [...lists, `/leads/${id}`, `/leads/${bare}`, `/jobs/${jobId}`, `/jobs/${batch.jobId}`, "/leads/999999", "/nowhere"];
}

/** Has something in every document of forms; answers their addresses. */
async function documents(page, context, server) {
  const { id } = await ask(context, "/api/businesses", CAFE);
  const { id: other } = await ask(context, "/api/businesses", { ...CAFE, name: "Kahvila Aurinko Oy" });
  await ask(context, `/api/businesses/${id}/contacts`, { name: "Anna Aalto", email: "anna@aurinko.example" });
  const { data: contacts } = await ask(context, `/api/businesses/${id}/contacts`);
  const view = await ask(context, "/api/views", { name: "Espoo", query: "city=Espoo" });
  const [ada] = await ask(context, "/api/users");
  await ask(context, "/api/suppressions", { domain: "example.org" });
  const file = join(server.folder, "customers.csv");
  await writeFile(file, "Company,City,Colour\nKukkakauppa Kaisla,Helsinki,red\n--,Espoo,\n");
  await page.goto("/import");
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?/);
  const { pathname, search } = new URL(page.url());
  const ofLead = ["edit", "contacts/new", `contacts/${contacts[0].id}`, "duplicates", `duplicates/${other}`];
  const ofLeads = ["/leads/new", ...ofLead.map((rest) => `/leads/${id}/${rest}`), "/leads/views?city=Espoo", `/leads/views/${view.id}`];
  return [...ofLeads, "/duplicates", "/import", `${pathname}${search}`, "/settings", "/account", "/users", `/users/${ada.id}`, "/suppression"];
}

/** Goes to each of the addresses, by `visit`; answers how far those shift that shift too far. */
async function shifting(page, addresses, visit) {
  const found = {};
  for (const address of addresses) {
    await visit(address);
    // What is asked for late is drawn late.
    await page.waitForLoadState("networkidle");
    const by = await shift(page);
    if (by > MOST) found[address] = Number(by.toFixed(4));
  }
  return found;
}

const SIZES = {
  "a wide window": { viewport: { width: 1280, height: 900 } },
  "a phone": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

for (const [name, size] of Object.entries(SIZES)) {
  journey(`no page of the application moves by itself in ${name}`, async ({ page, context, server, problems }) => {
    problems.expect(/status of 404/);
    await watchShift(page);
    await setUp(page, server);
    const visit = (address) => dashboard.visit(page, address);
    assert.deepEqual(await shifting(page, await pages(context), visit), {});
  }, { ...size, signIn: true, enrich: true });

  journey(`no document of forms moves by itself in ${name}`, async ({ page, context, server }) => {
    await watchShift(page);
    const goTo = (address) => page.goto(address);
    assert.deepEqual(await shifting(page, [server.setupLink], goTo), {});
    await setUp(page, server);
    assert.deepEqual(await shifting(page, await documents(page, context, server), goTo), {});
    await context.clearCookies();
    assert.deepEqual(await shifting(page, ["/sign-in?return=%2Fleads"], goTo), {});
  }, { ...size, signIn: true });
}
