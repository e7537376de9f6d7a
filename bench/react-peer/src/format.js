const NUMBER = new Intl.NumberFormat("en-US");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const number = (value) => NUMBER.format(value);

export const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

/** A slug as a label: `fast_food` is `Fast food`. */
export function label(slug) {
  const words = slug.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const category = (slug) => (slug ? label(slug) : "Uncategorised");

export const source = (slug) => ({ openstreetmap: "OpenStreetMap", csv: "CSV", geojson: "GeoJSON" })[slug] ?? label(slug);

export const STATUS = { pending: "Not enriched", enriching: "Enriching", enriched: "Enriched", failed: "Failed" };

/** The host of a website without `www.`. */
export const host = (url) => url.replace(/^[a-z]+:\/\//i, "").replace(/[/?#].*$/, "").replace(/^www\./, "");

export const isWebLink = (url) => /^https?:\/\//i.test(url.trim());

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`; a date from a week on. */
export function ago(at, now) {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  if (minutes < 10_080) return `${Math.floor(minutes / 1440)} d ago`;
  const day = new Date(at);
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

/** `51–100 of 2,341`. */
export function range({ total, page, limit }) {
  if (total === 0) return "0 of 0";
  const last = Math.min(page * limit, total);
  return `${number(Math.min((page - 1) * limit + 1, last))}–${number(last)} of ${number(total)}`;
}

/** The first page, the last, and those around the current one; `undefined` stands for a gap. */
export function shownPages(current, last) {
  const near = [1, current - 1, current, current + 1, last].filter((page) => page >= 1 && page <= last);
  const shown = [];
  for (const page of new Set(near)) {
    const before = shown.at(-1);
    if (page - before === 2) shown.push(page - 1);
    else if (page - before > 2) shown.push(undefined);
    shown.push(page);
  }
  return shown;
}
