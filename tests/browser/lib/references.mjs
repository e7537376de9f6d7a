import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import pixelmatch from "pixelmatch";
import sharp from "sharp";

import { VIEWS, folder, show } from "./pictures.mjs";
import { until } from "./wait.mjs";

/** Where the references are kept. */
export const references = fileURLToPath(new URL("../references", import.meta.url));

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** How far a pixel's colour may be from that of the reference, of 1 from black to white, before it counts as another. */
const COLOUR = 0.1;

/**
 * How many pixels may differ, edges of letters and lines aside: less than an icon of 16 by 16 has. The font is the same
 * everywhere (`fonts.conf`).
 */
const PIXELS = 64;

/** The version of Chromium that drew the references. */
const drawnBy = join(references, "chromium.txt");

/** What part of a picture may differ where another version drew it: all of its letters may be a shade off. */
const ANOTHER_VERSION = 0.02;

/** How far down a page is compared; a list that is longer shows more of the same. */
const DEPTH = 3000;

const isRenewing = Boolean(process.env.UPDATE_SCREENSHOTS);

/** Why pictures of this machine cannot be compared; `false` where they can. */
export const cannotCompare = process.platform !== "linux" && "the font of the references can be imposed on Linux alone";

/** Fails where the page, as it is, does not look like its reference in one of the views; each is named. */
export async function looksAsBefore(page, name) {
  const version = page.context().browser().version().split(".")[0];
  if (isRenewing) await mkdir(references, { recursive: true }).then(() => writeFile(drawnBy, `${version}\n`));
  const isAnother = (await readFile(drawnBy, "utf8").catch(() => "")).trim() !== version;
  const problems = [];
  for (const view of VIEWS) {
    await show(page, view);
    problems.push(await differs(await pictureOf(page, view), `${name}-${view.name}`, isAnother));
  }
  const found = problems.filter(Boolean);
  if (found.length > 0) assert.fail(`${found.join("\n")}\nIf that is how it should look: UPDATE_SCREENSHOTS=1`);
}

/** The page's picture once it is the same twice: on a busy machine not all of it is painted when it is first asked for. */
async function pictureOf(page, { width }) {
  const height = await page.evaluate(() => Math.max(document.documentElement.scrollHeight, innerHeight));
  const clip = { x: 0, y: 0, width, height: Math.min(height, DEPTH) };
  let before;
  return until("the page stands still", async () => {
    // Each time: rows may have come since.
    await page.evaluate(steady);
    const now = await page.screenshot({ fullPage: true, clip, animations: "disabled", caret: "hide" });
    const isSame = before?.equals(now);
    before = now;
    return isSame && now;
  });
}

/** What is wrong with the picture, in words; nothing where it is as the reference. */
async function differs(picture, name, isAnother) {
  const reference = join(references, `${name}.webp`);
  const now = await pixels(picture);
  const before = await readFile(reference).then(pixels, () => undefined);
  const comparison = before && compare(now, before, isAnother);
  if (comparison?.isClose) return undefined;
  if (isRenewing) {
    await sharp(picture).webp({ lossless: true, effort: 6 }).toFile(reference);
    return undefined;
  }
  await mkdir(folder, { recursive: true });
  const seen = join(folder, `${name}.png`);
  await writeFile(seen, picture);
  if (!before) return `${name} has no reference; it looks like ${shown(seen)}`;
  const { words, difference } = comparison;
  if (!difference) return `${name}: ${words} (${shown(seen)} instead of ${shown(reference)})`;
  const drawn = join(folder, `${name}-difference.png`);
  await sharp(difference.data, { raw: difference }).png().toFile(drawn);
  return `${name}: ${words}; see ${shown(drawn)} (${shown(seen)} instead of ${shown(reference)})`;
}

function compare(now, before, isAnother) {
  const size = ({ width, height }) => `${width} by ${height} pixels`;
  if (size(now) !== size(before)) return { words: `it has ${size(now)}, its reference ${size(before)}` };
  const { width, height } = now;
  const difference = { data: Buffer.alloc(now.data.length), width, height, channels: 4 };
  const count = pixelmatch(now.data, before.data, difference.data, width, height, { threshold: COLOUR });
  const allowed = isAnother ? Math.floor(width * height * ANOTHER_VERSION) : PIXELS;
  return { isClose: count <= allowed, words: `${count} pixels differ, ${allowed} may`, difference };
}

async function pixels(encoded) {
  const { data, info } = await sharp(encoded).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function shown(path) {
  return relative(root, path);
}

/** Runs on the page: what reads otherwise at each run, as it follows from the time, reads the same for the picture. */
function steady() {
  const months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
  const always = [
    // The month of the pictures, which is as wide as they have it.
    [/(?<!\d )\b(January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b/, "November 2026"],
    [/\b(just now|\d+ (min|h|d) ago)\b/, "3 min ago"],
    [new RegExp(`\\b\\d{1,2} (${months}) \\d{4}\\b`), "4 May 2026"],
    [/\b\d\d:\d\d UTC/, "09:30 UTC"],
    [/\btook [\d.]+ (s|min)( \d+ s)?/, "took 0.8 s"],
  ];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (const [changing, same] of always) {
      if (changing.test(text.data)) text.data = text.data.replace(changing, same);
    }
  }
}
