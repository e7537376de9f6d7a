import assert from "node:assert/strict";

import postgres from "postgres";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const CAFE = {
  name: "Kahvila Aurinko",
  street: "Aleksanterinkatu 15",
  city: "Helsinki",
  country: "FI",
  latitude: 60.1699,
  longitude: 24.9384,
  email: "info@aurinko.example",
  website: "https://www.aurinko.example/",
};
const PAGE = "https://www.aurinko.example/yhteystiedot-ja-aukioloajat-kaikkina-vuodenaikoina/";

const panel = (page, name) => page.getByRole("region", { name, exact: true });
const history = (page) => panel(page, "Enrichment history");
const entries = (page) => history(page).getByRole("list", { name: "What was looked up" }).locator(":scope > li");
const origins = (page) => panel(page, "Details").locator(".origin").allTextContents();

/** What a website told, as the reader of websites writes it down: it keeps away from the machine's own network. */
function told(businessId, ago, evidence, more = {}) {
  return {
    business_id: businessId,
    provider: "website",
    status: evidence.length > 0 ? "enriched" : "nothingFound",
    fields_written: JSON.stringify(evidence.map(({ field }) => field)),
    cost_minor: 0,
    currency: "USD",
    started_at: Date.now() - ago * 60_000,
    duration_ms: 2400,
    error: null,
    evidence: JSON.stringify(evidence),
    ...more,
  };
}

async function writeDown(server, rows) {
  const database = postgres(server.settings.database, { max: 1, onnotice: () => {} });
  try {
    for (const row of rows) await database`INSERT INTO enrichment_log ${database(row)}`;
  } finally {
    await database.end();
  }
}

const FOUND = [
  { field: "email", value: CAFE.email, sourceUrl: PAGE, snippet: "Varaukset: info@aurinko.example", confidence: 0.93 },
  { field: "street", value: CAFE.street, sourceUrl: PAGE, snippet: "Aleksanterinkatu 15, Helsinki", confidence: 0.8 },
];

journey("what was looked up for a lead is told on its page as soon as it is done, and who wrote its values", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", { ...CAFE, website: null });
  await dashboard.visit(page, `/leads/${id}`);
  await dashboard.mark(page);
  await history(page).getByText("Nothing was looked up for this lead yet.").waitFor();
  await panel(page, "Sources").getByText("Added by hand.").waitFor();
  assert.deepEqual(await origins(page), ["All of this was written by hand."]);
  await inEveryView(page, "lead-history-empty", (view) => fitsAndIsAccessible(page, `a lead by hand, ${view.name}`));
  await page.getByRole("button", { name: "Enrich now" }).click();
  // Events bring it: nobody reloads.
  await entries(page).getByText("No website", { exact: true }).waitFor();
  await entries(page).getByText(/^It took .+ and cost nothing\.$/).waitFor();
  assert.equal(await entries(page).count(), 1);
  assert.equal(await history(page).getByText("Nothing was looked up").count(), 0);
  assert.deepEqual(await origins(page), ["All of this was written by hand."]);
  assert.ok(await dashboard.isMarked(page));
}, { enrich: true });

journey("an entry shows its evidence, and a value the page that told it", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", CAFE);
  const paid = { provider: "hunter", status: "failed", cost_minor: 5, error: "the plan is used up" };
  await writeDown(server, [told(id, 3, FOUND), told(id, 90, [], paid)]);
  await dashboard.visit(page, `/leads/${id}`);
  assert.equal(await entries(page).count(), 2);
  const [newest, oldest] = [entries(page).first(), entries(page).last()];
  await newest.getByText("It took 2.4 s and cost nothing. Filled in: E-mail, Street.").waitFor();
  await oldest.getByText("It took 2.4 s and cost $0.05.").waitFor();
  await oldest.getByText("The plan is used up.").waitFor();
  await dashboard.tabTo(page, "What was found: 2 values");
  await page.keyboard.press("Enter");
  await newest.getByText("Varaukset: info@aurinko.example").waitFor();
  const link = newest.locator(`a[href="${PAGE}"]`).first();
  assert.match(await link.getAttribute("rel"), /noopener/);
  const [email, street, rest] = await origins(page);
  assert.match(email, /^From aurinko\.example\/yhteystiedot.*, 93 % sure$/);
  assert.match(street, /^Street: from aurinko\.example\/.*, 80 % sure$/);
  assert.equal(rest, "The rest was written by hand.");
  await inEveryView(page, "lead-history", (view) => fitsAndIsAccessible(page, `a lead with its history, ${view.name}`));

  // What somebody writes in its place is theirs, and what was opened stays open.
  const { version } = await server.api(`/api/businesses/${id}`);
  await server.api(`/api/businesses/${id}`, { email: "hello@aurinko.example" }, { method: "PATCH", version });
  await until("the address is nobody's finding any more", async () => (await origins(page)).length === 2);
  assert.ok(await newest.getByText("Varaukset: info@aurinko.example").isVisible());
}, { postgres: true });

journey("of a long history it is said how much is shown, and what is not is not claimed", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", CAFE);
  const later = Array.from({ length: 204 }, (_, n) => told(id, n + 1, []));
  await writeDown(server, [...later, told(id, 300, FOUND)]);
  await dashboard.visit(page, `/leads/${id}`);
  await history(page).getByText("The newest 200 of 205 entries.").waitFor();
  assert.equal(await entries(page).count(), 200);
  assert.deepEqual(await origins(page), []);
}, { postgres: true });

journey("without script the history and the origin of values are there too", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  const { id } = await server.api("/api/businesses", CAFE);
  await writeDown(server, [told(id, 3, FOUND)]);
  await page.goto(`/leads/${id}`);
  assert.equal((await origins(page)).length, 3);
  await entries(page).getByText("What was found: 2 values").click();
  await entries(page).getByText("Varaukset: info@aurinko.example").waitFor();
}, { postgres: true, javaScriptEnabled: false });

journey("a history that cannot be had says so beside the lead, and is asked for again", async ({ page, server, problems }) => {
  problems.expect(/status of 500|answer 500/);
  await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, "/leads");
  let isFailing = true;
  await page.route("**/enrichment-history?*", async (route) => {
    if (isFailing) await route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" });
    else await route.continue();
  });
  await page.getByRole("link", { name: CAFE.name, exact: true }).click();
  await history(page).getByText("This could not be loaded").waitFor();
  await panel(page, "Details").getByText(CAFE.email).waitFor();
  isFailing = false;
  await history(page).getByRole("button", { name: "Try again" }).click();
  await history(page).getByText("Nothing was looked up for this lead yet.").waitFor();
});
