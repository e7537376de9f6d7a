/**
 * From now on, remembers what the table of leads shows whenever that changes. The number at the end of a lead's name,
 * as in `Kahvila 7 v3`, is the version that it was named at.
 */
export async function watchRows(page) {
  await page.evaluate(() => {
    const sight = { states: 0, appeared: {}, older: [], doubled: [] };
    const newest = new Map();
    let before = new Set();
    let last = "";
    const look = () => {
      const links = [...document.querySelectorAll("table a[data-row]")];
      const text = links.map((link) => link.textContent).join(", ");
      if (text === last) return;
      last = text;
      const now = new Set(links.map((link) => link.pathname));
      if (now.size < links.length) sight.doubled.push(text);
      for (const link of links) {
        const lead = link.pathname;
        const version = Number(/ v(\d+)$/.exec(link.textContent)?.[1] ?? 0);
        if (!before.has(lead)) sight.appeared[lead] = (sight.appeared[lead] ?? 0) + 1;
        if (version < newest.get(lead)) sight.older.push(`${link.textContent} after v${newest.get(lead)}`);
        newest.set(lead, Math.max(version, newest.get(lead) ?? 0));
      }
      before = now;
      sight.states += 1;
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    globalThis.letipSight = sight;
  });
}

/**
 * What was seen: `states` in number, how often each lead `appeared` by the path of its page, and in words where one was
 * `older` than before or stood there `doubled`.
 */
export function seen(page) {
  return page.evaluate(() => globalThis.letipSight);
}
