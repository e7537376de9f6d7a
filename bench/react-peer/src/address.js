import { createContext, useContext, useSyncExternalStore } from "react";

/** Rows a page where the address does not say. */
const PAGE_SIZE = 50;
export const PAGE_SIZES = [20, 50, 100, 200];

/** What stands behind the path where no browser is: the server says it. */
export const SearchContext = createContext("");

const CHANGED = "popstate";

function subscribe(listener) {
  addEventListener(CHANGED, listener);
  return () => removeEventListener(CHANGED, listener);
}

/** The filters, the order and the page that stand in the address. */
export function useQueryOfAddress() {
  const rendered = useContext(SearchContext);
  const search = useSyncExternalStore(subscribe, () => location.search, () => rendered);
  return parse(search);
}

export function parse(search) {
  return Object.fromEntries([...new URLSearchParams(search)].filter(([, value]) => value !== ""));
}

/** The query that the list asks for. */
export function forList(query) {
  return { limit: PAGE_SIZE, ...query };
}

/** What of it selects, without order and place. */
export function filtersOf({ page, limit, cursor, sort, ...filters }) {
  return filters;
}

/** The address of the list with `change`; a value that is undefined is left out. It begins at the first page. */
export function href(query, change) {
  const next = Object.entries({ ...query, page: undefined, cursor: undefined, ...change });
  const text = new URLSearchParams(next.filter(([, value]) => value !== undefined)).toString();
  return text ? `/leads?${text}` : "/leads";
}

/** Goes there without loading a document. */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  dispatchEvent(new PopStateEvent(CHANGED));
}

/** For a click on a link to the list: takes it over, unless another tab is meant. */
export function follow(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  event.currentTarget.closest("details")?.removeAttribute("open");
  go(event.currentTarget.getAttribute("href"));
}
