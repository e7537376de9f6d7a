/** How long a condition may take unless a test says otherwise; debug builds on a busy machine are slow. */
export const PATIENCE = 60_000;

const STEP = 50;

/**
 * Waits until `probe` answers something truthy and returns it. An error of the probe counts as "not yet".
 * The failure says what was waited for and what was seen last.
 */
export async function until(what, probe, patience = PATIENCE) {
  const deadline = performance.now() + patience;
  let seen;
  for (;;) {
    try {
      seen = await probe();
      if (seen) return seen;
    } catch (error) {
      seen = error;
    }
    if (performance.now() > deadline) {
      const last = seen instanceof Error ? seen.message : JSON.stringify(seen);
      throw new Error(`not within ${patience} ms: ${what}; last seen: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}
