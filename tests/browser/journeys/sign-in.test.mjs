import assert from "node:assert/strict";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { ADA, setUp, signIn } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { SCRIPT_BLOCKED } from "../lib/problems.mjs";
import { until } from "../lib/wait.mjs";

journey("the first account is made with the link, and the page is live", async ({ page, server, problems }) => {
  problems.expect(/status of 422/);
  await page.goto(server.url);
  await page.waitForURL(/\/sign-in$/);
  assert.match(await page.getByRole("main").innerText(), /printed a link/);
  await page.goto(server.setupLink);
  await page.getByLabel("Your name").fill(ADA.name);
  await page.getByLabel("E-mail address").fill("ada@nowhere");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.locator("#email-error").waitFor();
  await page.locator("#password-error").waitFor();
  await inEveryView(page, "setup", (view) => accessible(page, `setup, ${view.name}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  await setUp(page, server);
  await page.getByText(ADA.name, { exact: true }).waitFor();
}, { signIn: true });

journey("signing out and in again leads back to where one was", async ({ page, server, problems }) => {
  problems.expect(/status of 401/);
  await setUp(page, server);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in$/);
  await page.goto("/leads?city=Espoo");
  await page.waitForURL(/\/sign-in\?return=/);
  await inEveryView(page, "sign-in", (view) => accessible(page, `sign-in, ${view.name}`));
  await signIn(page, { ...ADA, password: "not the password" });
  await page.getByRole("alert").waitFor();
  await signIn(page);
  await page.waitForURL(/\/leads\?city=Espoo$/);
  await dashboard.live(page);
}, { signIn: true });

journey("a session that is ended elsewhere ends the open page too", async ({ page, context, server, problems }) => {
  problems.expect(/status of 401/);
  problems.expect(/WebSocket/);
  await setUp(page, server);
  await dashboard.visit(page, "/leads?city=Espoo");
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => name === "letip");
  assert.ok(session.httpOnly && session.sameSite === "Lax");
  const out = await fetch(`${server.url}/api/auth/logout`, {
    method: "POST",
    headers: { cookie: `letip=${session.value}`, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(out.status, 204);
  await until("the page has gone to the sign-in", async () => /\/sign-in\?return=/.test(page.url()));
  await signIn(page);
  await page.waitForURL(/\/leads\?city=Espoo$/);
}, { signIn: true });

journey("signing in works without a script", async ({ page, server, problems }) => {
  problems.expect(SCRIPT_BLOCKED);
  await page.goto(server.setupLink);
  await page.getByLabel("Your name").fill(ADA.name);
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.getByLabel("Password").fill(ADA.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.url}/`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in$/);
  await signIn(page);
  await page.waitForURL(`${server.url}/`);
}, { signIn: true, javaScriptEnabled: false });
