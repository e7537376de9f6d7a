import assert from "node:assert/strict";

import { accessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { ADA, ask, setUp, signIn } from "../lib/person.mjs";
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
  const session = await sessionOf(context);
  assert.ok(session.httpOnly && session.sameSite === "Lax");
  await end(server, session);
  await until("the page has gone to the sign-in", async () => /\/sign-in\?return=/.test(page.url()));
  await signIn(page);
  await page.waitForURL(/\/leads\?city=Espoo$/);
}, { signIn: true });

journey("what is changed after the session has ended is kept, and sent once one is signed in again", async (world) => {
  const { page, context, server, problems } = world;
  problems.expect(/status of 401/);
  problems.expect(/WebSocket/);
  await setUp(page, server);
  const lead = await ask(context, "/api/businesses", { name: "Kahvila", city: "Espoo" });
  const stored = () => ask(context, `/api/businesses/${lead.id}`);
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("kept:")).length);
  await dashboard.visit(page, "/leads?sort=name");
  await page.getByRole("link", { name: lead.name, exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  await until("the cell has the focus", () => page.evaluate(() => document.activeElement.matches("td.cell--city")));
  await page.keyboard.press("F2");
  await page.getByLabel(`City of ${lead.name}`).fill("Turku");

  // Nothing that the page only asks for tells it before.
  const release = await holdReads(page);
  await end(server, await sessionOf(context));
  const refused = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await page.keyboard.press("Enter");
  assert.equal((await refused).status(), 401);
  await page.waitForURL(/\/sign-in\?return=/);
  assert.equal(await kept(), 1);
  release();
  await signIn(page);
  await page.waitForURL(/\/leads\?sort=name$/);
  await until("the change is stored", async () => (await stored()).city === "Turku");
  await until("nothing is kept any more", async () => (await kept()) === 0);
  await page.locator("tr.row td.cell--city", { hasText: "Turku" }).waitFor();
  assert.equal((await stored()).version, lead.version + 1, "it was sent once");
  assert.equal(await page.getByRole("dialog").count(), 0);
}, { signIn: true });

/** The cookie that says who is signed in. */
async function sessionOf(context) {
  return (await context.cookies()).find(({ name }) => name === "letip");
}

/** Ends the session as from elsewhere: the browser keeps its cookie. */
async function end(server, session) {
  const out = await fetch(`${server.url}/api/auth/logout`, {
    method: "POST",
    headers: { cookie: `letip=${session.value}`, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(out.status, 204);
}

/** What the page only asks the API for is not answered until the function that this answers is called. */
async function holdReads(page) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/api/**", async (route) => {
    if (route.request().method() === "GET") await released;
    // A page that was left waits no more.
    await route.continue().catch(() => {});
  });
  return release;
}

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
