import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS, tabTo } from "../lib/page.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

const NAME = "Maija Virtanen";

/** Stores one lead; answers its id. */
async function oneLead(server) {
  await server.search({ ...RESTAURANTS, maxResults: 1 });
  return (await server.api("/api/businesses?limit=1")).data[0].id;
}

const look = (page, name) => inEveryView(page, name, (view) => fitsAndIsAccessible(page, `${name}, ${view.name}`));

journey("a contact is added, changed and deleted by keys alone, and another tab shows it", async ({ page, open, server, problems }) => {
  problems.expect(/status of 422/);
  const id = await oneLead(server);
  const other = await open();
  await dashboard.visit(other, `/leads/${id}`);
  const elsewhere = other.getByRole("region", { name: "Contacts" });
  await dashboard.visit(page, `/leads/${id}`);
  await tabTo(page, "Add a contact");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}/contacts/new`);
  await look(page, "contact-new");
  await tabTo(page, "Name");
  await page.keyboard.type(NAME);
  await page.keyboard.press("Tab");
  await page.keyboard.type("Owner");
  await page.keyboard.press("Tab");
  await page.keyboard.type("12");
  await page.keyboard.press("Tab");
  await page.keyboard.type("maija@example.org");
  await page.keyboard.press("Enter");
  await page.locator("#phone-error").waitFor();
  assert.equal(await page.getByLabel("Role").inputValue(), "Owner");
  await look(page, "contact-refused");
  // What is wrong has the focus.
  await page.locator("#phone").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("+358 9 310 1691");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}`);
  await dashboard.live(page);
  const contacts = page.getByRole("region", { name: "Contacts" });
  await contacts.getByText(NAME).waitFor();
  assert.equal(await contacts.locator('a[href="tel:+35893101691"]').count(), 1);
  await elsewhere.getByText(NAME).waitFor();

  await tabTo(page, `Change ${NAME}`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}/contacts/*`);
  await page.getByText("Written by hand").waitFor();
  await look(page, "contact");
  await tabTo(page, "Role");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Founder");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}`);
  await contacts.getByText("Founder").waitFor();
  await elsewhere.getByText("Founder").waitFor();

  await dashboard.live(page);
  await tabTo(page, `Change ${NAME}`);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}/contacts/*`);
  await tabTo(page, "Delete this contact");
  await page.keyboard.press("Enter");
  await tabTo(page, "Delete for good");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/leads/${id}`);
  await page.getByText("No contacts yet").waitFor();
  await until("the other tab drops it", async () => (await elsewhere.getByText(NAME).count()) === 0);
});

journey("a change of a contact that came between is not lost, without script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  problems.expect(/status of 412/);
  const id = await oneLead(server);
  await server.api(`/api/businesses/${id}/contacts`, { name: NAME, title: "Cook", isPrimary: true });
  const { version, data } = await server.api(`/api/businesses/${id}/contacts`);
  await page.goto(`/leads/${id}`);
  await page.getByRole("link", { name: `Change ${NAME}` }).click();
  await page.getByLabel("Role").fill("Owner");
  const between = await fetch(`${server.url}/api/businesses/${id}/contacts/${data[0].id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "if-match": `"${version}"` },
    body: JSON.stringify({ email: "maija@example.org" }),
  });
  assert.equal(between.status, 200);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").first().waitFor();
  assert.equal(await page.getByLabel("Role").inputValue(), "Owner");
  assert.equal(await page.getByLabel("E-mail", { exact: true }).inputValue(), "maija@example.org");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(`**/leads/${id}`);
  const now = (await server.api(`/api/businesses/${id}/contacts`)).data[0];
  assert.deepEqual([now.title, now.email, now.isPrimary], ["Owner", "maija@example.org", true]);
}, { javaScriptEnabled: false });
