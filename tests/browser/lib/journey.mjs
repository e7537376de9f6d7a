import { after, before, test } from "node:test";

import { Database, noPostgres } from "./database.mjs";
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
 * One journey: a fresh server, a fresh browser context, and a failure for everything that must not happen on the way, in
 * whatever tab. `steps` gets `{ server, page, context, problems, open, elsewhere, startBeside }`; `open()` makes another tab,
 * and `elsewhere()` one in another browser, with other options where they are given. With `signIn` the server asks people to
 * sign in, with `enrich` it reads websites, and `options` are more of `letip serve`. With `postgres` its database is one of
 * Postgres, and `startBeside()` starts another server on it; such a journey is left out where no Postgres is named. `skip`
 * says why it is left out otherwise, if it is.
 */
export function journey(
  name,
  steps,
  { signIn = false, postgres = false, enrich = false, options = [], skip = false, ...contextOptions } = {},
) {
  test(name, { timeout: LIMIT, skip: skip || (postgres && noPostgres()) }, async () => {
    const database = postgres ? await Database.create() : undefined;
    const servers = [];
    const start = async () => {
      const server = await Server.start({ signIn, enrich, options, database: database?.url });
      servers.push(server);
      return server;
    };
    try {
      const world = { server: await start(), ...(database && { startBeside: start }) };
      await inContext(world, steps, contextOptions);
      servers.forEach((server) => server.assertSound());
    } catch (error) {
      error.message += servers.map((server) => `\n--- server on port ${server.port} ---\n${server.log}`).join("");
      throw error;
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await database?.drop();
    }
  });
}

async function inContext(world, steps, contextOptions) {
  const problems = new Problems();
  const contexts = [];
  const browse = async (options) => {
    const context = await browser.newContext({ baseURL: world.server.url, locale: "en-US", ...options });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    // However a tab comes about, it is watched.
    context.on("page", (page) => problems.watch(page));
    return context;
  };
  const context = await browse(contextOptions);
  const open = () => context.newPage();
  const elsewhere = async (options) => (await browse({ ...contextOptions, ...options })).newPage();
  const walk = steps({ ...world, context, problems, open, elsewhere, page: await open() });
  try {
    await Promise.race([walk, problems.unexpected]);
    problems.assertNone();
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
    // Steps that were cut short end here, because their pages are gone.
    await Promise.allSettled([walk]);
  }
}
