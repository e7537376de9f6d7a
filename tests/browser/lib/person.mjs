import assert from "node:assert/strict";

import * as dashboard from "./page.mjs";

/** Whoever makes the first account. */
export const ADA = { name: "Ada", email: "ada@example.org", password: "a short sentence" };

/** Makes the first account with the printed link; resolves on the overview. */
export async function setUp(page, server, person = ADA) {
  await page.goto(server.setupLink);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.waitForURL(`${server.url}/`);
  await dashboard.live(page);
}

/** Fills the sign-in form that the page shows, and sends it by key. */
export async function signIn(page, { email, password } = ADA) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

/** Asks the API as whoever is signed in there; answers the parsed body, if there is one. With a body it is a POST. */
export async function ask(context, path, body) {
  const answer = await (body ? context.request.post(path, { data: body }) : context.request.get(path));
  const text = await answer.text();
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${text}`);
  return text && JSON.parse(text);
}
