import assert from "node:assert/strict";

import { accessible, fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { tabTo } from "../lib/page.mjs";
import { setUp, signIn } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { until } from "../lib/wait.mjs";

const scheme = (page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);

/** What the server has of the choice, as the page's person is told. */
const kept = (page) =>
  page.evaluate(async () => (await (await fetch("/api/appearance", { headers: { accept: "application/json" } })).json()).theme);

/** Another browser in which Ada signs in, on a device that is set to light; without script, so that it shows what the server wrote. */
async function elsewhere(context, server) {
  const other = await context.browser().newContext({
    baseURL: server.url,
    locale: "en-US",
    colorScheme: "light",
    javaScriptEnabled: false,
  });
  const page = await other.newPage();
  await page.goto("/sign-in");
  await signIn(page);
  await page.waitForURL(`${server.url}/`);
  return page;
}

/** The theme of the document as the server wrote it. */
const written = (page) => page.locator("html").getAttribute("data-theme");

journey("a theme is chosen by keys alone and is there at once in another browser of the person", async ({
  page, context, server, problems,
}) => {
  problems.expect(/status of 422/);
  await page.emulateMedia({ colorScheme: "light" });
  await setUp(page, server);
  await tabTo(page, "Settings");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/settings");
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await inEveryView(page, "settings", (view) => fitsAndIsAccessible(page, `settings, ${view.name}`));
  await page.emulateMedia({ colorScheme: "light" });

  // Nothing is chosen yet.
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.locator("#theme-error").waitFor();
  await accessible(page, "a refused theme");
  assert.equal(await page.evaluate(() => document.activeElement.value), "system", "what is wrong has the focus");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getByRole("radio", { name: "Dark" }).isChecked(), true);
  await tabTo(page, "Save");
  await page.keyboard.press("Enter");
  await page.getByText("The theme was saved.").waitFor();
  assert.equal(await scheme(page), "dark");
  await accessible(page, "settings in the theme that was chosen");
  await page.reload();
  assert.equal(await scheme(page), "dark");
  assert.equal(await page.getByRole("radio", { name: "Dark" }).isChecked(), true);

  const other = await elsewhere(context, server);
  assert.deepEqual([await written(other), await scheme(other)], ["dark", "dark"]);
  await other.goto("/settings");
  assert.deepEqual([await written(other), await scheme(other)], ["dark", "dark"]);
  await other.getByRole("radio", { name: "Light" }).check();
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("The theme was saved.").waitFor();
  await other.context().close();
  // The browser kept the choice before, and the server's holds.
  await dashboard.visit(page, "/leads");
  assert.equal(await scheme(page), "light");
  assert.equal(await page.evaluate(() => localStorage.getItem("theme")), "light");
}, { signIn: true });

journey("who is signed in on a phone has a head of one line, and the theme among the settings", async ({ page, server }) => {
  await setUp(page, server);
  await page.setViewportSize({ width: 360, height: 740 });
  await dashboard.visit(page, "/find");
  const middles = page.locator(".side").locator(".brand, .jump, .connection, .person").evaluateAll((parts) =>
    parts.map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => Math.round((top + bottom) / 2)),
  );
  const [first, ...others] = await middles;
  assert.deepEqual(others, [first, first, first]);
  await page.locator(".person a").click();
  await page.getByRole("link", { name: "Settings" }).filter({ visible: true }).click();
  await page.getByRole("radio", { name: "Dark" }).first().waitFor();
}, { signIn: true });

journey("the switch in the navigation has the server keep the theme, and says where it does not", async ({
  page, context, server, problems,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await setUp(page, server);
  const choose = (name) => page.getByTitle(name, { exact: true }).click();
  await choose("Light");
  await choose("Dark");
  await until("the last choice is kept", async () => (await kept(page)) === "dark");
  const other = await elsewhere(context, server);
  assert.equal(await written(other), "dark");
  await other.context().close();
  await choose("System");
  await until("it is kept that it follows the device", async () => (await kept(page)) === "system");
  await dashboard.visit(page, "/leads");
  assert.deepEqual([await written(page), await scheme(page)], ["system", "light dark"]);

  problems.expect(/status of 503/);
  problems.expect(/answer 503/);
  await page.route("**/api/appearance", (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 503, body: "" }) : route.continue());
  await choose("Dark");
  await page.getByRole("alert").filter({ hasText: "The theme could not be saved" }).waitFor();
  assert.equal(await scheme(page), "dark", "it holds on this page");
  await accessible(page, "a theme that was not saved");
  await page.unroute("**/api/appearance");
  await choose("Light");
  await until("it is kept", async () => (await kept(page)) === "light");
  await page.getByRole("alert").filter({ hasText: "The theme could not be saved" }).waitFor({ state: "hidden" });
}, { signIn: true });

journey("settings tell an admin what would set up what is not, also on a server that asks nobody to sign in", async ({ page }) => {
  await dashboard.visit(page, "/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search pages, actions and leads" }).fill("settings");
  await page.getByRole("option", { name: "Settings", exact: true }).click();
  await page.waitForURL("**/settings");
  await page.getByText("asks nobody to sign in").waitFor();
  const hunter = page.getByRole("region", { name: "Enrichment and providers" }).getByRole("listitem").filter({ hasText: "Hunter" });
  await hunter.getByText("Not set up").waitFor();
  await hunter.getByText("LETIP_HUNTER_KEY", { exact: true }).waitFor();
  await page.getByRole("region", { name: "Crawler identity" }).getByText("LETIP_CONTACT_URL", { exact: true }).waitFor();
  await inEveryView(page, "settings-open", (view) => fitsAndIsAccessible(page, `settings without accounts, ${view.name}`));
});

journey("settings show in whose name websites are read", async ({ page }) => {
  await page.goto("/settings");
  const crawler = page.getByRole("region", { name: "Crawler identity" });
  await crawler.getByRole("link", { name: "https://letip.example/contact" }).waitFor();
  await crawler.getByText(/^letip\/\S+ \(\+https:\/\/letip\.example\/contact\)$/).waitFor();
  await inEveryView(page, "settings-crawler", (view) => fitsAndIsAccessible(page, `crawler, ${view.name}`));
}, { enrich: true });
