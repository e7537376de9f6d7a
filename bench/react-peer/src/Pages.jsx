import { useQueryClient } from "@tanstack/react-query";

import { PAGE_SIZES, follow, forList, href } from "./address.js";
import { request } from "./api.js";
import { number, range, shownPages } from "./format.js";
import { Icon } from "./icons.jsx";

/** Where the page stands in the list, and links to its neighbours, which are fetched when they are pointed at. */
export function Pages({ query, meta }) {
  const client = useQueryClient();
  const { page: current, totalPages: last } = meta;
  const to = (page) => ({ page: page > 1 ? String(page) : undefined });
  const link = (page) => ({
    className: "pages__link",
    href: href(query, to(page)),
    onClick: follow,
    onPointerEnter: () => client.prefetchQuery(request.leads(forList({ ...query, ...to(page) }))),
  });
  const step = (page, isPossible, name, icon) => (
    <a
      {...(isPossible ? link(page) : { className: "pages__link", "aria-disabled": "true" })}
      role="link"
      aria-label={name}
    >
      <Icon name={icon} />
    </a>
  );
  return (
    <nav className="pages" aria-label="Pages">
      <p className="pages__range">{range(meta)}</p>
      <ul className="pages__list">
        <li>{step(current - 1, current > 1, "Previous page", "chevronLeft")}</li>
        {shownPages(current, last).map((page, at) =>
          page === undefined ? (
            <li className="pages__gap" aria-hidden="true" key={`gap ${at}`}>
              …
            </li>
          ) : (
            <li key={page}>
              <a {...link(page)} aria-label={`Page ${number(page)}`} aria-current={page === current ? "page" : undefined}>
                {number(page)}
              </a>
            </li>
          ),
        )}
        <li>{step(current + 1, current < last, "Next page", "chevronRight")}</li>
      </ul>
      <div className="pages__sizes">
        <span className="muted" id="page-size">
          Rows
        </span>
        <ul className="pages__list" aria-labelledby="page-size">
          {PAGE_SIZES.map((size) => (
            <li key={size}>
              <a
                className="pages__link"
                href={href(query, { limit: String(size) })}
                aria-label={`${size} rows a page`}
                aria-current={size === meta.limit ? "true" : undefined}
                onClick={follow}
              >
                {size}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}
