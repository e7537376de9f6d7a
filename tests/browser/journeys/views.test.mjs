import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { RESTAURANTS, tabTo } from "../lib/page.mjs";
import { setUp } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";

const look = (page, name) => inEveryView(page, name, (view) => fitsAndIsAccessible(page, `${name}, ${view.name}`));

journey("a list is saved under a name, opened, renamed and forgotten by keys alone", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await setUp(page, server);
  await dashboard.visit(page, "/leads?hasPhone=true&sort=name");
  await tabTo(page, "Saved views");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/leads/views?sort=name&hasPhone=true");
  assert.equal(await page.getByLabel("Name").inputValue(), "Phone yes");
  await tabTo(page, "Name");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("To call");
  await page.keyboard.press("Enter");
  await page.getByText("The view was saved.").waitFor();
  await look(page, "views");

  await page.goto("/leads/views?city=Espoo");
  await page.getByLabel("Name").fill("TO CALL");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.locator("#name-error").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "TO CALL");
  await page.getByLabel("Name").fill("Espoo");
  await page.getByRole("button", { name: "Save the view" }).click();
  const yours = page.getByRole("region", { name: "Yours" });
  await yours.getByRole("link", { name: "Espoo", exact: true }).waitFor();
  assert.equal(await yours.getByRole("listitem").count(), 2);

  await tabTo(page, "To call");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/leads?sort=name&hasPhone=true");
  await dashboard.live(page);
  await page.goto("/leads/views");
  await tabTo(page, "Change To call");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/leads\/views\/[0-9a-f-]{36}$/);
  await look(page, "view");
  await tabTo(page, "Name");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Calls");
  await page.keyboard.press("Enter");
  await page.getByText("The view was renamed.").waitFor();
  await tabTo(page, "Change Calls");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/leads\/views\/[0-9a-f-]{36}$/);
  await tabTo(page, "Delete this view");
  await page.keyboard.press("Enter");
  await tabTo(page, "Delete for good");
  await page.keyboard.press("Enter");
  await page.getByText("The view was deleted.").waitFor();
  assert.deepEqual(await yours.getByRole("listitem").getByRole("link").allInnerTexts(), ["Espoo", "Change"]);
}, { signIn: true });

journey("views work without script, also where nobody signs in", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await server.search({ ...RESTAURANTS, maxResults: 20 });
  await page.goto("/leads?hasWebsite=true");
  await page.getByRole("link", { name: "Saved views" }).click();
  await page.getByLabel("Name").fill("With a site");
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.getByRole("link", { name: "With a site", exact: true }).click();
  await page.waitForURL("**/leads?hasWebsite=true");
  const { meta } = await server.api("/api/businesses?hasWebsite=true&limit=1");
  assert.equal(await dashboard.rows(page).count(), Math.min(meta.total, 50));
}, { javaScriptEnabled: false });
