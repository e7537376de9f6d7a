import assert from "node:assert/strict";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { tabTo } from "../lib/page.mjs";
import { ADA, setUp, signIn } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";

const MIA = { name: "Mia Mäkinen", email: "mia@example.org", password: "a first sentence" };

/** Another browser in which Ada signs in. */
async function signedInElsewhere({ elsewhere, server }) {
  const page = await elsewhere();
  await page.goto("/sign-in");
  await signIn(page);
  await page.waitForURL(`${server.url}/`);
  await dashboard.live(page);
  // What the application does when it is signed out is another journey's.
  await page.goto("about:blank");
  return page;
}

/** Adds Mia's account on the page of all accounts. */
async function addMia(page) {
  await page.getByLabel("Name", { exact: true }).fill(MIA.name);
  await page.getByLabel("E-mail address").fill(MIA.email);
  await page.getByLabel("Role").selectOption("viewer");
  await page.getByLabel("First password").fill(MIA.password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByText("The account was made.").waitFor();
}

journey("a person sees where they are signed in, and signs out elsewhere", async (world) => {
  const { page, server } = world;
  await setUp(page, server);
  const others = [await signedInElsewhere(world), await signedInElsewhere(world), await signedInElsewhere(world)];
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

journey("an admin adds, changes and deletes an account; the last admin stays", async ({ page, server, problems }) => {
  problems.expect(/status of (422|409)/);
  await setUp(page, server);
  await page.goto("/account");
  await page.getByRole("link", { name: "Accounts of others" }).click();
  await page.waitForURL("**/users");
  await page.getByRole("button", { name: "Make the account" }).click();
  for (const field of ["name", "email", "password"]) await page.locator(`#${field}-error`).waitFor();
  await inEveryView(page, "users-refused", (view) => accessible(page, `refused account, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await addMia(page);
  await inEveryView(page, "users", (view) => accessible(page, `accounts, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.getByRole("link", { name: MIA.name }).click();
  await page.waitForURL(/\/users\/[0-9a-f-]{36}$/);
  await inEveryView(page, "user", (view) => accessible(page, `one account, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByLabel("Role").selectOption("member");
  await page.getByLabel("Signing in").selectOption("no");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The account was changed.").waitFor();
  await page.getByText("May not sign in").waitFor();

  await page.getByRole("link", { name: ADA.name }).last().click();
  await page.getByLabel("Role").selectOption("viewer");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").filter({ hasText: "This is the last admin" }).waitFor();
  await accessible(page, "the last admin");

  await page.goto("/users");
  await page.getByRole("link", { name: MIA.name }).click();
  await page.getByText("Delete this account").click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText("The account was deleted.").waitFor();
  assert.equal(await page.getByText(MIA.email).count(), 0);
}, { signIn: true });

journey("who is no admin has an account and no way to others'", async ({ page, server, problems }) => {
  problems.expect(/status of 403/);
  problems.expect(SCRIPT_BLOCKED);
  await page.goto(server.setupLink);
  await page.getByLabel("Your name").fill(ADA.name);
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.getByLabel("Password").fill(ADA.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/`);
  await page.goto("/users");
  await addMia(page);
  await page.goto("/account");
  await page.getByRole("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/\/sign-in$/);
  await signIn(page, MIA);
  await page.waitForURL(`${server.url}/`);
  await page.getByRole("link", { name: MIA.name }).click();
  await page.waitForURL("**/account");
  assert.equal(await page.getByRole("link", { name: "Accounts of others" }).count(), 0);
  await page.goto("/users");
  await page.getByText("This page needs the role admin").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok(await page.getByRole("link", { name: MIA.name }).isVisible(), "a phone leads to the account too");
}, { signIn: true, javaScriptEnabled: false });
