import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { until } from "../lib/wait.mjs";

/** What may come in the place of an answer, and what the page says then. */
const ANSWERS = [
  {
    what: "a web page",
    answer: (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Sign in to the network</title>" }),
    says: /server's answer does not fit this page \(it is a web page\); reload the page/,
  },
  {
    what: "JSON of another shape",
    answer: (route) => route.fulfill({ json: { jobs: [] } }),
    says: /server's answer does not fit this page \(data: .+\); reload the page/,
  },
  {
    what: "half an answer",
    answer: (route) => route.fulfill({ contentType: "application/json", body: '{"data":[' }),
    says: /server's answer does not fit this page \(EOF .+\); reload the page/,
  },
  {
    what: "a connection that breaks",
    answer: (route) => route.abort("connectionreset"),
    says: /server cannot be reached \(.+\); check the connection and try again/,
  },
];

const isList = (url) => url.pathname === "/api/businesses";
const region = (page) => page.getByRole("region", { name: "List of leads" });
const names = (page) => dashboard.rows(page).allInnerTexts();
const lists = (page, wanted) =>
  until(`the list is ${wanted}`, async () => JSON.stringify(await names(page)) === JSON.stringify(wanted));

/** Has lists of leads answered so until `mend()`; `ids` are those of the requests. */
async function spoil(page, answer) {
  const ids = [];
  const handle = (route) => {
    ids.push(route.request().headers()["x-request-id"]);
    return answer(route);
  };
  await page.route(isList, handle);
  return { ids, mend: () => page.unroute(isList, handle) };
}

/** Adds a café; answers its name. */
async function add(server, name) {
  await server.api("/api/businesses", { name: `Kahvila ${name}` });
  return `Kahvila ${name}`;
}

journey("what is shown stays where no answer comes that can be read, and can be asked for again", async ({
  page, server, problems,
}) => {
  problems.expect(/ERR_CONNECTION_RESET/);
  const shown = [await add(server, "Alpha"), await add(server, "Beta")];
  // Which leads have the words is the server's to say: a new one has the list asked for anew.
  await dashboard.visit(page, "/leads?search=kahvila&sort=name");
  await lists(page, shown);
  for (const [place, { what, answer, says }] of ANSWERS.entries()) {
    const spoilt = await spoil(page, answer);
    const added = await add(server, ["Gamma", "Kappa", "Lambda", "Omega"][place]);
    const line = region(page).getByRole("status").filter({ hasText: "Not up to date" }).first();
    await line.filter({ hasText: says }).waitFor();
    assert.deepEqual(await names(page), shown, what);
    await spoilt.mend();
    shown.push(added);
    await line.getByRole("button", { name: "Try again" }).click();
    await lists(page, shown);
    await line.waitFor({ state: "detached" });
  }
});

journey("a list that does not come says why, and by what its request is found, and comes when asked again", async ({
  page, server, problems,
}) => {
  problems.expect(/ERR_CONNECTION_RESET/);
  const shown = [await add(server, "Alpha")];
  await dashboard.visit(page, "/leads");
  await lists(page, shown);
  for (const [place, { what, answer, says }] of ANSWERS.entries()) {
    const spoilt = await spoil(page, answer);
    await page.getByRole("searchbox", { name: "Search leads" }).fill("kahvila".slice(0, 4 + place));
    const alert = region(page).getByRole("alert");
    await alert.filter({ hasText: says }).waitFor();
    assert.equal(await alert.locator("code").innerText(), spoilt.ids.at(-1), what);
    await spoilt.mend();
    await alert.getByRole("button", { name: "Try again" }).click();
    await lists(page, shown);
    await alert.waitFor({ state: "detached" });
  }
});
