// Addresses that somebody typed, cut off or changed by hand.
import assert from "node:assert/strict";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

/** Addresses of the list, and what is left of each as the API takes it. */
const LISTS = {
  "sort=name&page=0": "sort=name",
  "sort=name&page=two": "sort=name",
  "sort=name&limit=9999": "sort=name",
  "sort=nope": "",
  "sort=name&near=abc": "sort=name",
  "sort=name&bbox=1,2,3": "sort=name",
  "sort=name&hasPhone=perhaps&createdAfter=yesterday": "sort=name",
  "sort=-name&unknown=1&Sort=name": "sort=-name",
  "sort=name&view=nope": "sort=name",
  "sort=name&columns=nope": "sort=name",
  "sort=name&columns=city,nope,city": "sort=name",
  "sort=name&hasPhone=true&page=0&limit=-1&sort=name&view=&columns=": "sort=name&hasPhone=true",
};

const USUAL = ["Name", "Category", "City", "Phone", "Website", "E-mail", "Status", "Added"];

journey("what cannot be read in the address of a list is left out, and the rest of it holds", async ({ page, server }) => {
  await server.search({ ...RESTAURANTS, maxResults: 60 });
  for (const [typed, read] of Object.entries(LISTS)) {
    const answer = await dashboard.visit(page, `/leads?${typed}`);
    assert.equal(answer.status(), 200, typed);
    const { data, meta } = await server.api(`/api/businesses?${["limit=5", read].filter(Boolean).join("&")}`);
    await until(`${typed} lists the leads of ${read}`, async () => {
      const names = await dashboard.rows(page).allInnerTexts();
      return JSON.stringify(names.slice(0, 5)) === JSON.stringify(data.map(({ name }) => name));
    });
    assert.match(await page.locator(".active__total").innerText(), new RegExp(`^${meta.total} leads?$`), typed);
    const heads = await page.getByRole("columnheader").allInnerTexts();
    assert.deepEqual(heads.map((head) => head.trim()).filter((head) => head !== "Selected"), USUAL, typed);
    await accessible(page, typed);
  }
  await dashboard.visit(page, "/leads?view=map&within=1,2,3&page=7&sort=nope");
  const { meta } = await server.api("/api/businesses?limit=1");
  await page.getByText(new RegExp(`of ${meta.total} leads on this map\\.`)).waitFor();
  await accessible(page, "a map of nowhere");
});

journey("what cannot be read in the addresses of other pages is left out too", async ({ page, server }) => {
  const { jobId } = await server.search({ ...RESTAURANTS, maxResults: 5 });
  const row = page.getByRole("list", { name: "Jobs" }).locator(`a[href="/jobs/${jobId}"]`);
  for (const address of ["/jobs?kind=nope", "/jobs?status=Done&parentId=7&unknown=1"]) {
    const answer = await dashboard.visit(page, address);
    assert.equal(answer.status(), 200, address);
    await row.waitFor();
    await accessible(page, address);
  }
  const forms = {
    "/find?location=Espoo&radiusKm=far&maxResults=0&source=nope": async () => {
      assert.equal(await page.getByLabel("Location", { exact: true }).inputValue(), "Espoo");
      await page.getByRole("button", { name: "Find", exact: true }).waitFor();
    },
    "/enrichment?batch=nope": () => page.getByText("Batches appear here.").waitFor(),
  };
  for (const [address, shows] of Object.entries(forms)) {
    const answer = await dashboard.visit(page, address);
    assert.equal(answer.status(), 200, address);
    await shows();
    await accessible(page, address);
  }
});

/** Addresses that lead to nothing: their status, what the page says, and the link that it offers. */
const NOTHING = {
  "/leads/abc": [404, "There is no page at this address", "Go to the overview"],
  "/leads/0": [404, "There is no page at this address", "Go to the overview"],
  "/leads/abc/edit": [404, "There is no page at this address", "Go to the overview"],
  "/jobs/abc": [404, "There is no page at this address", "Go to the overview"],
  "/Leads": [404, "There is no page at this address", "Go to the overview"],
  "/leads/999999999999": [404, "No such lead", "All leads"],
  "/leads/999999999999?page=2": [404, "No such lead", "All leads"],
  "/jobs/019f0000-0000-7000-8000-000000000001": [404, "No such job", "All jobs"],
  "/leads?sort=name&page=99": [200, "Past the end of the list", "Go to the first page"],
  "/leads?city=Nowhere": [200, "No lead matches these filters", "Clear all filters"],
  "/jobs?kind=export": [200, "No such jobs", "All jobs"],
};

journey("an address that leads to nothing says so and how to go on", async ({ page, server, problems }) => {
  problems.expect(/status of 404/);
  await server.search({ ...RESTAURANTS, maxResults: 5 });
  for (const [address, [status, says, next]] of Object.entries(NOTHING)) {
    const answer = await dashboard.visit(page, address);
    assert.equal(answer.status(), status, address);
    await page.getByRole("heading", { name: says }).first().waitFor();
    await accessible(page, address);
    await page.getByRole("main").getByRole("link", { name: next, exact: true }).click();
    await page.waitForURL((url) => url.pathname + url.search !== address);
    await page.getByRole("heading", { name: says }).first().waitFor({ state: "detached" });
  }
});

/** The same of documents of forms, which have no script. */
const NO_DOCUMENTS = {
  "/leads/999999999999/edit": [404, "No such lead"],
  "/leads/999999999999/duplicates": [404, "Not found"],
  "/leads/999999999999/contacts/new": [404, "Not found"],
  "/leads/abc/duplicates": [404, "Not found"],
  "/leads/abc/contacts/new": [404, "Not found"],
  "/leads/views/abc": [404, "Not found"],
  "/import/abc": [404, "Import leads"],
  "/import/019f0000-0000-7000-8000-000000000001": [422, "Import leads"],
  "/suppression?page=abc": [200, "Suppression list"],
  "/duplicates?page=abc": [200, "Possible duplicates"],
};

journey("so does the address of a document of forms", async ({ page, problems }) => {
  problems.expect(/status of (404|422)/);
  for (const [address, [status, title]] of Object.entries(NO_DOCUMENTS)) {
    const answer = await page.goto(address);
    assert.equal(answer.status(), status, address);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    assert.ok((await page.getByRole("link").count()) > 0, `${address} leads nowhere`);
    await accessible(page, address);
  }
});
