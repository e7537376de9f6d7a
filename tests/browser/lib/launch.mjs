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
  return chromium.launch(options());
}

/** The same with a profile that was set up in a folder; answers its context, which is the browser's only one. */
export function launchWithProfile(folder, contextOptions) {
  return chromium.launchPersistentContext(folder, { ...options(), ...contextOptions });
}

function options() {
  return {
    executablePath: process.env.LETIP_CHROMIUM ?? "/usr/bin/chromium",
    headless: !process.env.LETIP_HEADED,
    args: FLAGS,
    env: { ...process.env, FONTCONFIG_FILE: FONTS },
  };
}
