import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** One font for all pages, whatever the machine has: on Linux, where fonts come by fontconfig. */
const FONTS = fileURLToPath(new URL("../fonts.conf", import.meta.url));

/** A Chromium with nothing of its own going on in the background. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.LETIP_CHROMIUM ?? "/usr/bin/chromium",
    headless: !process.env.LETIP_HEADED,
    args: FLAGS,
    env: { ...process.env, FONTCONFIG_FILE: FONTS },
  });
}
