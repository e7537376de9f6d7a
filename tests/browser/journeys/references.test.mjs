import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { setUp, signIn } from "../lib/person.mjs";
import { VIEWS } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { cannotCompare, looksAsBefore, references } from "../lib/references.mjs";

const CAFE = {
  name: "Kahvila Aurinko",
  category: "cafe",
  street: "Aleksanterinkatu 15",
  postalCode: "00100",
  city: "Helsinki",
  country: "FI",
  latitude: 60.1699,
  longitude: 24.9384,
  phone: "+358 9 310 1691",
  email: "info@aurinko.example",
  website: "https://www.aurinko.example/",
  openingHours: "Mo-Fr 08:00-18:00; Sa 10:00-16:00",
  employeeCount: 12,
  yearFounded: 1987,
  description: "Coffee and buns by the old harbour.",
  notes: "Ask for Anna on weekdays.\nNot before ten.",
  tags: ["warm", "harbour"],
};
const ITS_DOUBLE = { ...CAFE, name: "Kahvila Aurinko Oy", email: null, website: null, street: "Aleksanterinkatu 15 B", tags: ["cold"] };

const ROWS = [
  "Company,Street,City,Country,Phone,Website,Category,Colour",
  "Kukkakauppa Kaisla,Mannerheimintie 1,Helsinki,FI,+358 9 6122 5661,https://kaisla.example,Florist,red",
  "Parturi Sakset,Aleksanterinkatu 5,Helsinki,FI,+358 9 1234 567,,Hairdresser,",
  "--,Nowhere 1,Helsinki,FI,,,,",
];

/** Names of all pictures; each test says which are its own. */
const known = new Set();

function look(name, names, steps, options = {}) {
  names.forEach((page) => known.add(page));
  journey(`${name} look as before`, steps, { ...options, skip: cannotCompare });
}

look("pages of a search", ["overview", "find", "leads", "leads-map", "jobs", "job"], async ({ page, server }) => {
  const { jobId } = await server.search(RESTAURANTS);
  const leads = "/leads?sort=name&limit=20";
  const paths = { overview: "/", find: "/find", leads, "leads-map": `${leads}&view=map`, jobs: "/jobs", job: `/jobs/${jobId}` };
  for (const [name, path] of Object.entries(paths)) {
    await dashboard.visit(page, path);
    await looksAsBefore(page, name);
  }
});

look("pages without any data", ["overview-empty", "leads-empty", "jobs-empty"], async ({ page }) => {
  for (const [name, path] of Object.entries({ "overview-empty": "/", "leads-empty": "/leads", "jobs-empty": "/jobs" })) {
    await dashboard.visit(page, path);
    await looksAsBefore(page, name);
  }
});

look("pages of a lead", ["lead", "lead-new", "lead-edit", "contact-new", "contact", "duplicates", "merge"], async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", CAFE);
  const { id: double } = await server.api("/api/businesses", ITS_DOUBLE);
  const anna = { name: "Anna Aalto", title: "Owner", email: "anna@aurinko.example", isPrimary: true };
  await server.api(`/api/businesses/${id}/contacts`, anna);
  const { data } = await server.api(`/api/businesses/${id}/contacts`);
  await dashboard.visit(page, `/leads/${id}`);
  await looksAsBefore(page, "lead");
  const documents = {
    "lead-new": "/leads/new",
    "lead-edit": `/leads/${id}/edit`,
    "contact-new": `/leads/${id}/contacts/new`,
    contact: `/leads/${id}/contacts/${data[0].id}`,
    duplicates: `/leads/${id}/duplicates`,
    merge: `/leads/${id}/duplicates/${double}`,
  };
  for (const [name, path] of Object.entries(documents)) {
    await page.goto(path);
    await looksAsBefore(page, name);
  }
});

look("the page of enrichment", ["enrichment"], async ({ page, server }) => {
  const ids = [];
  for (const [name, website] of [["Kahvila Aurinko", null], ["Kahvila Kuu", null], ["Kahvila Tähti", "http://127.0.0.1:9/"]]) {
    ids.push((await server.api("/api/businesses", { name, website })).id);
  }
  const { jobId } = await server.api("/api/enrichment/batch", { businessIds: ids });
  await server.finished(jobId);
  await dashboard.visit(page, "/enrichment");
  await looksAsBefore(page, "enrichment");
}, { enrich: true });

look("views and imports", ["views", "view", "import", "import-preview"], async ({ page, server }) => {
  await page.goto("/leads/views?city=Espoo");
  await page.getByLabel("Name").fill("Espoo");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByRole("region", { name: "Yours" }).waitFor();
  await page.goto("/leads/views?hasPhone=true&sort=name");
  await looksAsBefore(page, "views");
  await page.getByRole("link", { name: "Change Espoo" }).click();
  await page.waitForURL(/\/leads\/views\/[0-9a-f-]{36}$/);
  await looksAsBefore(page, "view");
  await page.goto("/import");
  await looksAsBefore(page, "import");
  const file = join(server.folder, "customers.csv");
  await writeFile(file, `${ROWS.join("\n")}\n`);
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.waitForURL(/\/import\/[0-9a-f-]{36}\?/);
  await looksAsBefore(page, "import-preview");
});

look("pages of an account", ["setup", "sign-in", "settings", "account", "users", "user", "suppression"], async ({ page, server }) => {
  await page.goto(server.setupLink);
  await looksAsBefore(page, "setup");
  await setUp(page, server);
  await page.goto("/users");
  await looksAsBefore(page, "users");
  await page.getByRole("main").getByRole("link", { name: "Ada" }).click();
  await page.waitForURL(/\/users\/[0-9a-f-]{36}$/);
  await looksAsBefore(page, "user");
  await page.goto("/suppression");
  await looksAsBefore(page, "suppression");
  await page.goto("/settings");
  await looksAsBefore(page, "settings");
  await page.goto("/account");
  await looksAsBefore(page, "account");
  await page.getByRole("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/\/sign-in$/);
  await looksAsBefore(page, "sign-in");
  await signIn(page);
  await page.waitForURL(`${server.url}/`);
}, { signIn: true });

look("the pages that say what is not there", ["not-found", "no-lead"], async ({ page, problems }) => {
  problems.expect(/status of 404/);
  await dashboard.visit(page, "/nowhere");
  await looksAsBefore(page, "not-found");
  await dashboard.visit(page, "/leads/999999");
  await looksAsBefore(page, "no-lead");
});

// The page's program is built for people, who have no such page: it is as the server renders it.
look("all components in all states", ["styleguide"], async ({ page, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  const answer = await page.goto("/styleguide");
  assert.equal(answer.status(), 200, "a development build has a style page");
  await looksAsBefore(page, "styleguide");
}, { javaScriptEnabled: false });

test("every reference is one of a page", async () => {
  const wanted = [...known].flatMap((name) => VIEWS.map((view) => `${name}-${view.name}.webp`));
  assert.deepEqual((await readdir(references)).sort(), [...wanted, "chromium.txt"].sort());
});
