import assert from "node:assert/strict";

import { fitsAndIsAccessible } from "../lib/axe.mjs";
import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { setUp, signIn } from "../lib/person.mjs";
import { inEveryView } from "../lib/pictures.mjs";
import { until } from "../lib/wait.mjs";

const CAFE = { name: "Kahvila Aurinko", city: "Helsinki", country: "FI", tags: ["warm"], notes: "Ask for Anna." };

const panel = (page) => page.getByRole("region", { name: "Notes and tags" });
const field = (page) => panel(page).getByLabel("Notes", { exact: true });
const tags = (page) => panel(page).getByRole("list", { name: "Tags" }).getByRole("link").allInnerTexts();
const hasTags = (page, ...expect) => until(`the tags are ${expect}`, async () => (await tags(page)).join() === expect.join());

/** Has changes of leads wait until `release()`. */
async function hold(page) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/api/businesses/*", async (route) => {
    if (route.request().method() === "PATCH") await held;
    await route.continue().catch(() => {});
  });
  return release;
}

/** Changes the lead as somebody else. */
async function changeElsewhere(server, id, change) {
  const { version } = await server.api(`/api/businesses/${id}`);
  await server.api(`/api/businesses/${id}`, change, { method: "PATCH", version });
}

journey("notes are written in their place by keys, and shown before the server has them", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, `/leads/${id}`);
  await dashboard.tabTo(page, "Change the notes");
  await page.keyboard.press("Enter");
  await until("the field has the focus", async () => field(page).evaluate((it) => it === document.activeElement));
  await field(page).fill("Ask for Maija.\nNot before ten.");
  const release = await hold(page);
  await page.keyboard.press("Control+Enter");
  await panel(page).getByText("Not before ten.").waitFor();
  assert.equal((await server.api(`/api/businesses/${id}`)).notes, "Ask for Anna.");
  await until("the button has the focus again", async () =>
    (await page.evaluate(() => document.activeElement.textContent)) === "Change the notes");
  release();
  await until("the server has them", async () =>
    (await server.api(`/api/businesses/${id}`)).notes === "Ask for Maija.\nNot before ten.");

  await page.keyboard.press("Enter");
  await field(page).fill("never mind");
  await page.keyboard.press("Escape");
  await panel(page).getByText("Not before ten.").waitFor();
  assert.equal(await field(page).count(), 0);
  await page.reload();
  await dashboard.live(page);
  await panel(page).getByText("Not before ten.").waitFor();
});

journey("tags are added and taken away in their place, one after the other", async ({ page, server }) => {
  const { id } = await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, `/leads/${id}`);
  const release = await hold(page);
  const add = panel(page).getByLabel("Add a tag");
  await add.fill("harbour");
  await page.keyboard.press("Enter");
  await hasTags(page, "warm", "harbour");
  assert.equal(await add.inputValue(), "");
  await add.fill("call back");
  await page.keyboard.press("Enter");
  await hasTags(page, "warm", "harbour", "call back");
  await panel(page).getByRole("button", { name: "Remove the tag warm" }).click();
  await hasTags(page, "harbour", "call back");
  release();
  const stored = async () => (await server.api(`/api/businesses/${id}`)).tags;
  await until("the server has them", async () => (await stored()).join() === "harbour,call back");
  await hasTags(page, "harbour", "call back");
  await panel(page).getByRole("link", { name: "harbour" }).click();
  await page.waitForURL("**/leads?tag=harbour");
  await dashboard.rows(page).first().waitFor();
});

journey("what is being typed stays while the lead changes elsewhere, and nobody's notes are lost", async ({
  page, server, problems,
}) => {
  problems.expect(/status of 412/);
  const { id } = await server.api("/api/businesses", CAFE);
  await dashboard.visit(page, `/leads/${id}`);
  await panel(page).getByRole("button", { name: "Change the notes" }).click();
  await field(page).fill("mine");
  // A change of something else is none of these notes' business.
  await changeElsewhere(server, id, { city: "Espoo" });
  await page.getByText("Espoo").first().waitFor();
  assert.equal(await field(page).inputValue(), "mine");
  await panel(page).getByRole("button", { name: "Save" }).click();
  await until("both changes are there", async () => {
    const lead = await server.api(`/api/businesses/${id}`);
    return lead.notes === "mine" && lead.city === "Espoo";
  });

  await panel(page).getByRole("button", { name: "Change the notes" }).click();
  await field(page).fill("mine again");
  await changeElsewhere(server, id, { notes: "theirs" });
  await panel(page).getByRole("alert").getByText("theirs").waitFor();
  assert.equal(await field(page).inputValue(), "mine again");
  await panel(page).getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: `Change ${CAFE.name}` });
  await dialog.getByText("Notes: theirs").waitFor();
  assert.equal(await dialog.getByLabel("Notes", { exact: true }).inputValue(), "mine again");
  assert.equal((await server.api(`/api/businesses/${id}`)).notes, "theirs");
  await dialog.getByRole("button", { name: "Save" }).click();
  await until("what was chosen is there", async () => (await server.api(`/api/businesses/${id}`)).notes === "mine again");
});

journey("who may only read is offered nothing to write", async ({ page, server }) => {
  await setUp(page, server);
  const vera = { name: "Vera", email: "vera@example.org", password: "another short sentence" };
  const id = await page.evaluate(async ([vera, cafe]) => {
    const post = async (path, body) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    await post("/api/users", { ...vera, role: "viewer" });
    return (await post("/api/businesses", cafe)).id;
  }, [vera, CAFE]);
  await dashboard.visit(page, `/leads/${id}`);
  assert.equal(await panel(page).getByRole("button").count(), 3, "Ada may write");
  await page.goto("/account");
  await page.getByRole("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.waitForURL(/\/sign-in$/);
  await signIn(page, vera);
  await page.waitForURL(`${server.url}/`);
  await dashboard.visit(page, `/leads/${id}`);
  await panel(page).getByText("Ask for Anna.").waitFor();
  await hasTags(page, "warm");
  assert.equal(await panel(page).getByRole("button").count(), 0);
}, { signIn: true });

journey("notes and tags fit and are accessible in light, dark and on a phone", async ({ page, server }) => {
  const many = { ...CAFE, tags: ["warm", "harbour", "call back", "terrace", "a rather long tag for a rather small screen"] };
  const { id } = await server.api("/api/businesses", many);
  await dashboard.visit(page, `/leads/${id}`);
  await inEveryView(page, "lead-notes", (view) => fitsAndIsAccessible(page, `notes, ${view.name}`));
  await panel(page).getByRole("button", { name: "Change the notes" }).click();
  await inEveryView(page, "lead-notes-open", (view) => fitsAndIsAccessible(page, `notes being written, ${view.name}`));
});
