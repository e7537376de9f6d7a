import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** Where pictures and figures go. */
export const folder =
  process.env.LETIP_SCREENSHOTS ?? fileURLToPath(new URL("../../../target/screenshots", import.meta.url));

/** How the page is looked at. */
export const VIEWS = [
  { name: "light", colorScheme: "light", width: 1280, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1280, height: 900 },
  { name: "phone", colorScheme: "light", width: 390, height: 844 },
  { name: "phone-dark", colorScheme: "dark", width: 390, height: 844 },
];

/** Has the page looked at in that way. */
export async function show(page, { colorScheme, width, height }) {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
}

/** Calls `look` with the page in every view, after a picture of it was taken as `NAME-VIEW.png`; the first view is back then. */
export async function inEveryView(page, name, look = async () => {}) {
  await mkdir(folder, { recursive: true });
  for (const view of VIEWS) {
    await show(page, view);
    await page.screenshot({ path: join(folder, `${name}-${view.name}.png`), fullPage: true });
    await look(view);
  }
  await page.setViewportSize({ width: VIEWS[0].width, height: VIEWS[0].height });
}
