import assert from "node:assert/strict";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { ADA, setUp, signIn } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";

/** Another browser in which Ada signs in; what becomes of its page is seen there alone. */
async function elsewhere(context, server) {
  const other = await context.browser().newContext({ baseURL: server.url, locale: "en-US" });
  const page = await other.newPage();
  await page.goto("/sign-in");
  await signIn(page);
  await page.waitForURL(`${server.url}/`);
  // What the application does when it is signed out is another journey's.
  await page.goto("about:blank");
  return page;
}

/** Goes on by Tab until the control of that name has the focus. */
async function tabTo(page, name) {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const at = document.activeElement;
      return at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
    });
    if (here.trim() === name) return;
  }
  assert.fail(`${name} is not reached by Tab`);
}

journey("a person sees where they are signed in, and signs out elsewhere", async ({ page, context, server }) => {
  await setUp(page, server);
  const others = [await elsewhere(context, server), await elsewhere(context, server), await elsewhere(context, server)];
  await page.getByRole("link", { name: ADA.name }).click();
  await page.waitForURL("**/account");
  await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
  const sessions = page.getByRole("region", { name: "Where you are signed in" });
  assert.equal(await sessions.getByRole("listitem").count(), 4);
  assert.equal(await sessions.getByText("This browser").count(), 1);
  await inEveryView(page, "account", (view) => accessible(page, `account, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await sessions.getByRole("button", { name: /^Sign out: Chrome/ }).first().click();
  await page.getByText("That browser was signed out.").waitFor();
  assert.equal(await sessions.getByRole("listitem").count(), 3);
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByText("You were signed out everywhere else.").waitFor();
  assert.equal(await sessions.getByRole("listitem").count(), 1);
  for (const other of others) {
    await other.goto("/account");
    await other.waitForURL(/\/sign-in/);
    await other.context().close();
  }
}, { signIn: true });

journey("a password is changed and a token made by keys alone", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await setUp(page, server);
  await page.goto("/account");
  await tabTo(page, "Current password");
  await page.keyboard.type("not this one");
  await page.keyboard.press("Tab");
  await page.keyboard.type("a longer sentence");
  await page.keyboard.press("Enter");
  await page.locator("#current-error").waitFor();
  assert.equal(await page.getByLabel("New password").inputValue(), "");
  await accessible(page, "a refused password");
  // What is wrong has the focus.
  await page.keyboard.type(ADA.password);
  await page.keyboard.press("Tab");
  await page.keyboard.type("a longer sentence");
  await page.keyboard.press("Enter");
  await page.getByText("The password was changed.").waitFor();

  await tabTo(page, "Name");
  await page.keyboard.type("Reports");
  await page.keyboard.press("Tab");
  await page.keyboard.type("V");
  await page.keyboard.press("Tab");
  await page.keyboard.type("1000");
  await page.keyboard.press("Enter");
  await page.locator("#expiresInDays-error").waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("30");
  await page.keyboard.press("Enter");
  const shown = page.getByLabel("Token", { exact: true });
  await shown.waitFor();
  await inEveryView(page, "account-token", (view) => accessible(page, `a new token, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  const secret = await shown.inputValue();
  assert.equal(await page.evaluate(() => document.activeElement.id), "secret");
  const asked = await fetch(`${server.url}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await asked.json()).role, "viewer");
  await tabTo(page, "I have copied it");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/account");
  assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
  assert.ok(!server.log.includes(secret) && !server.log.includes("a longer sentence"), "no secret is logged");
  await tabTo(page, "Revoke: Reports");
  await page.keyboard.press("Enter");
  await page.getByText("The token was revoked").waitFor();
  const refused = await fetch(`${server.url}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(refused.status, 401);
  await page.getByRole("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/\/sign-in$/);
  await signIn(page, { ...ADA, password: "a longer sentence" });
  await page.waitForURL(`${server.url}/`);
  await dashboard.live(page);
}, { signIn: true });
