import { after, before, test } from "node:test";

import { launch } from "./launch.mjs";
import { Problems } from "./problems.mjs";
import { Server } from "./server.mjs";
import { PATIENCE } from "./wait.mjs";

/** How long one journey may take before it is given up. */
const LIMIT = 5 * 60_000;

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
});

/**
 * One journey: a fresh server, a fresh browser context, and a failure for everything that must not happen on the way.
 * `steps` gets `{ server, page, context, problems, open }`; `open()` makes another tab that is watched as well. With
 * `signIn` the server asks people to sign in.
 */
export function journey(name, steps, { signIn = false, ...contextOptions } = {}) {
  test(name, { timeout: LIMIT }, async () => {
    const server = await Server.start({ signIn });
    try {
      await inContext(server, steps, contextOptions);
      server.assertSound();
    } catch (error) {
      error.message += `\n--- server ---\n${server.log}`;
      throw error;
    } finally {
      await server.stop();
    }
  });
}

async function inContext(server, steps, contextOptions) {
  const context = await browser.newContext({ baseURL: server.url, locale: "en-US", ...contextOptions });
  context.setDefaultTimeout(PATIENCE);
  const problems = new Problems();
  const open = async () => {
    const page = await context.newPage();
    problems.watch(page);
    return page;
  };
  const walk = steps({ server, context, problems, open, page: await open() });
  try {
    await Promise.race([walk, problems.unexpected]);
    problems.assertNone();
  } finally {
    await context.close();
    // Steps that were cut short end here, because their pages are gone.
    await Promise.allSettled([walk]);
  }
}
