import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The folder of the page's assets with the developer panel, as `cargo xtask test` builds it beside those that are embedded. */
const folder = process.env.LETIP_DEVELOPER_PAGE;

/** Why a journey with the panel is left out, if it is. */
export const noDeveloperPage = folder ? false : "LETIP_DEVELOPER_PAGE does not say where the page with the panel is";

/** The page's program with the panel. */
export async function program() {
  const { entry, files } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  return readFile(join(folder, files.find((it) => it.path === entry.wasm).file));
}

/**
 * Has the browser load the page's program with the panel in the place of the one that the server embeds. The document stays
 * the server's, whose program knows nothing of the panel.
 */
export async function withPanel(context) {
  const { entry, files } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  const answer = (path) => async (route) => {
    const { file, contentType } = files.find((it) => it.path === path);
    // A page that was left waits no more.
    await route.fulfill({ body: await readFile(join(folder, file)), contentType }).catch(() => {});
  };
  await context.route(/\/assets\/dashboard-[0-9a-f]+\.js$/, answer(entry.js));
  await context.route(/\/assets\/dashboard-[0-9a-f]+\.wasm$/, answer(entry.wasm));
  await context.route(/\/assets\/snippets-/, (route) => answer(new URL(route.request().url()).pathname)(route));
}

export const corner = (page) => page.getByRole("button", { name: "Developer panel" });
export const panel = (page) => page.getByRole("region", { name: "Developer panel" });
export const rows = (page, list = "Queries") => panel(page).getByRole("list", { name: list, exact: true }).getByRole("button");
export const button = (page, name) => panel(page).getByRole("button", { name, exact: true });

/** Opens the panel, and the tab of that name. */
export async function open(page, tab = "Queries") {
  await corner(page).click();
  await panel(page).getByRole("tab", { name: tab }).click();
}

/** What the panel says of the chosen query, by the name of the fact. */
export function fact(page, name) {
  const of = panel(page).locator(".detail > .facts > .fact").filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) });
  return of.locator("dd");
}
