// What people and files say is text, whatever it looks like.
import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS } from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

const PICTURE = '"><img src=x onerror=alert(1)>';
const SCRIPT = "<script>alert(2)</script>";
const BOTH = `${PICTURE}${SCRIPT}`;
/** A file's name has no quotes of that kind, and no slashes. */
const FILE = PICTURE.replaceAll('"', "'");

const LEAD = {
  name: `Kahvila ${BOTH}`,
  category: "cafe",
  street: BOTH,
  postalCode: BOTH,
  city: BOTH,
  state: BOTH,
  country: "FI",
  latitude: 60.1699,
  longitude: 24.9384,
  phone: "+358 9 310 1691",
  website: `https://kahvila.example/${BOTH}?${BOTH}#${BOTH}`,
  socials: { facebook: `https://www.facebook.com/${BOTH}` },
  openingHours: BOTH,
  description: BOTH,
  notes: `${BOTH}\n${BOTH}`,
  tags: [PICTURE, SCRIPT],
};
const CONTACT = { name: BOTH, title: BOTH, linkedin: `https://www.linkedin.com/in/${BOTH}`, isPrimary: true };

/** Imports a file of that name; answers its job once it is through. */
async function imported(server, name, content) {
  const body = new FormData();
  body.append("file", new Blob([content]), name);
  const answer = await fetch(`${server.url}/api/businesses/import`, { method: "POST", body });
  assert.equal(answer.status, 202, await answer.clone().text());
  return server.finished((await answer.json()).jobId);
}

/** Leads, a view and jobs that say so wherever they can; answers the addresses of all pages that show them. */
async function everything(server) {
  const { id } = await server.api("/api/businesses", LEAD);
  const { id: other } = await server.api("/api/businesses", { ...LEAD, name: `${LEAD.name} Oy`, notes: SCRIPT });
  await server.api(`/api/businesses/${id}/contacts`, CONTACT);
  const { data: contacts } = await server.api(`/api/businesses/${id}/contacts`);
  const view = await server.api("/api/views", { name: BOTH, query: new URLSearchParams({ city: BOTH }).toString() });
  const search = await server.search({ ...RESTAURANTS, query: BOTH });
  const names = await imported(server, `${FILE}.csv`, `Company,City\n"${BOTH.replaceAll('"', '""')} Oy",Espoo\n--,Espoo\n`);
  const broken = await imported(server, `${FILE}.parquet`, "PAR1 no more than this");
  assert.equal(broken.status, "failed");
  const [words, tag] = [BOTH, PICTURE].map(encodeURIComponent);
  const lists = ["/leads", `/leads?search=${words}`, `/leads?city=${words}&tag=${tag}&columns=street,city,state,postalCode,tags`];
  const ofLead = ["edit", `contacts/${contacts[0].id}`, "duplicates", "duplicates?search=kahvila", `duplicates/${other}`];
  return {
    lead: `/leads/${id}`,
    pages: [
      "/", ...lists, "/leads?view=map", `/leads/${id}`, "/jobs", `/jobs/${search.jobId}`, `/jobs/${names.jobId}`,
      `/jobs/${broken.jobId}`, `/find?location=${words}&category=${words}&query=${words}`,
    ],
    documents: [...ofLead.map((rest) => `/leads/${id}/${rest}`), `/leads/views?city=${words}`, `/leads/views/${view.id}`],
  };
}

/** Notes what a page says in dialogs of the browser. */
function listen(page) {
  const said = [];
  page.on("dialog", async (dialog) => {
    said.push(`${page.url()}: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return said;
}

/** Fails where the page has made elements of text. */
async function isText(page, where) {
  const made = await page.evaluate(() => {
    const pictures = [...document.querySelectorAll("img[src='x'], [onerror]")];
    const scripts = [...document.scripts].filter((script) => /^alert/.test(script.textContent));
    const links = [...document.links].filter((link) => link.protocol === "javascript:");
    return [...pictures, ...scripts, ...links].map((element) => element.outerHTML);
  });
  assert.deepEqual(made, [], where);
}

journey("markup in any field is shown as it is on every page, and runs on none", async ({ page, server }) => {
  const said = listen(page);
  const { lead, pages, documents } = await everything(server);
  for (const address of pages) {
    await dashboard.visit(page, address);
    await isText(page, address);
  }
  for (const address of documents) {
    await page.goto(address);
    await isText(page, address);
    // The title is text of its own.
    assert.match(await page.title(), / · Le Tip$/);
  }
  await dashboard.visit(page, lead);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), LEAD.name);
  assert.equal(await page.title(), `${LEAD.name} · Le Tip`);
  await page.emulateMedia({ media: "print" });
  await page.pdf();
  await isText(page, "a lead that is printed");
  assert.deepEqual(said, []);
});

journey("so it is in what opens over a page, and in what comes while it is open", async ({ page, server }) => {
  const said = listen(page);
  await dashboard.visit(page, "/leads?sort=name");
  const { id, version } = await server.api("/api/businesses", LEAD);
  const row = page.getByRole("link", { name: LEAD.name, exact: true });
  await row.waitFor();
  const change = { city: `${SCRIPT} changed` };
  await server.api(`/api/businesses/${id}`, change, { method: "PATCH", version });
  await page.locator("tr.row td.cell--city", { hasText: "changed" }).waitFor();
  await isText(page, "a row that came");

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search pages, actions and leads" }).fill("kahvila");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await palette.getByRole("option", { name: LEAD.name }).waitFor();
  await isText(page, "the command palette");
  await page.keyboard.press("Escape");
  await palette.waitFor({ state: "detached" });

  await row.focus();
  await page.keyboard.press("Delete");
  await page.locator(".toast", { hasText: `${LEAD.name} was deleted.` }).waitFor();
  await isText(page, "the notice of a deletion");
  await page.getByRole("button", { name: "Undo" }).click();
  await row.click();
  await page.waitForURL(`**/leads/${id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  const form = page.getByRole("dialog", { name: `Change ${LEAD.name}` });
  assert.equal(await form.getByLabel("Notes", { exact: true }).inputValue(), LEAD.notes);
  await isText(page, "the form over the page");
  await page.keyboard.press("Escape");

  await dashboard.visit(page, "/leads?view=map");
  await page.getByRole("group", { name: /^Map: / }).getByRole("link", { name: LEAD.name }).click();
  const card = page.getByRole("group", { name: LEAD.name });
  await until("the card is there", async () => (await card.getByRole("link").first().textContent()) === LEAD.name);
  await isText(page, "the card on the map");
  assert.deepEqual(said, []);
});
