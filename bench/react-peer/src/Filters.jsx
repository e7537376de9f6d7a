import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { filtersOf, follow, go, href } from "./address.js";
import { request } from "./api.js";
import { STATUS, category, label, number, plural, source } from "./format.js";
import { Icon } from "./icons.jsx";

/** Pause in typing after which the list follows. */
const PAUSE = 250;

const YES_OR_NO = [
  ["Phone", "hasPhone"],
  ["Website", "hasWebsite"],
  ["E-mail", "hasEmail"],
  ["Chain", "chain"],
];

/** The filters of the list: what they are called, where they stand in the address, and their values as labels. */
const NAMED = [
  ["Search", "search", (value) => value],
  ["City", "city", (value) => value],
  ["Industry", "industry", label],
  ["Category", "category", category],
  ["Status", "enrichmentStatus", (value) => STATUS[value] ?? value],
  ["Source", "source", source],
  ...YES_OR_NO.map(([name, field]) => [name, field, (value) => (value === "true" ? "yes" : "no")]),
];

export function Filters({ query, total }) {
  const { data: facets } = useQuery(request.facets(filtersOf(query)));
  useEffect(closeMenusOutside, []);
  return (
    <>
      <div className="toolbar" role="search" aria-label="Leads">
        <Search query={query} />
        <div className="filters" role="group" aria-label="Filters">
          <Menu name="Category" query={query} field="category" values={counted(facets?.category, category)} />
          <Menu name="Industry" query={query} field="industry" values={counted(facets?.industry, label)} />
          <Menu name="City" query={query} field="city" values={counted(facets?.city, (value) => value)} />
          <Menu name="Status" query={query} field="enrichmentStatus" values={statuses(facets?.enrichmentStatus)} />
          {YES_OR_NO.map(([name, field]) => (
            <Menu
              name={name}
              query={query}
              field={field}
              values={[
                ["true", "Yes"],
                ["false", "No"],
              ]}
              key={field}
            />
          ))}
          <Menu name="Source" query={query} field="source" values={counted(facets?.source, source)} />
        </div>
      </div>
      <div className="active">
        <p className="active__total" role="status">
          {total === undefined ? null : plural(total, "lead", "leads")}
        </p>
        <Active query={query} />
        <WithList query={query} hasLeads={total > 0} />
      </div>
    </>
  );
}

const counted = (counts, name) => (counts ?? []).map(({ value, count }) => [value, name(value), count]);

function statuses(counts) {
  const count = (status) => counts?.find((entry) => entry.value === status)?.count;
  return Object.entries(STATUS).map(([status, name]) => [status, name, count(status)]);
}

function Search({ query }) {
  const input = useRef(null);
  const timer = useRef(undefined);
  const search = (replace) => {
    const text = input.current.value.trim() || undefined;
    if (text !== query.search) go(href(query, { search: text }), { replace });
  };
  useEffect(() => {
    if (document.activeElement !== input.current) input.current.value = query.search ?? "";
  }, [query.search]);
  const type = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(true), PAUSE);
  };
  return (
    <form
      className="search"
      method="get"
      action="/leads"
      onSubmit={(event) => {
        event.preventDefault();
        search(false);
      }}
    >
      <Icon name="search" />
      <input
        className="input search__input"
        type="search"
        name="search"
        aria-label="Search leads"
        placeholder="Search name, address, trade"
        maxLength={200}
        autoComplete="off"
        ref={input}
        defaultValue={query.search}
        onInput={type}
      />
      <button type="submit" className="btn search__submit">
        Search
      </button>
    </form>
  );
}

function Menu({ name, query, field, values }) {
  const chosen = query[field];
  return (
    <details className="menu" name="filters" data-menu="">
      <summary className={chosen === undefined ? "chip" : "chip chip--on"}>
        {name}
        <Icon name="chevronDown" />
      </summary>
      <ul className="menu__list" aria-label={name}>
        {[[undefined, "Any"], ...values].map(([value, text, count]) => (
          <li key={text}>
            <a
              className="menu__item"
              href={href(query, { [field]: value })}
              aria-current={value === chosen ? "true" : undefined}
              onClick={follow}
            >
              <span className="menu__mark">{value === chosen ? <Icon name="check" /> : null}</span>
              <span className="menu__label">{text}</span>
              {count === undefined ? null : <span className="menu__count num">{number(count)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Active({ query }) {
  const active = NAMED.filter(([, field]) => query[field] !== undefined);
  if (active.length === 0) return null;
  const none = Object.fromEntries(active.map(([, field]) => [field, undefined]));
  return (
    <>
      <ul className="chips" aria-label="Active filters">
        {active.map(([name, field, text]) => (
          <li key={field}>
            <a
              className="chip chip--on"
              href={href(query, { [field]: undefined })}
              aria-label={`Remove filter ${name}: ${text(query[field])}`}
              onClick={follow}
            >
              <span>
                {name}: {text(query[field])}
              </span>
              <Icon name="close" />
            </a>
          </li>
        ))}
      </ul>
      <a className="active__clear" href={href(query, none)} onClick={follow}>
        Clear all
      </a>
    </>
  );
}

const EXPORTS = [
  ["csv", "CSV table"],
  ["xlsx", "Excel workbook"],
  ["vcard", "vCard contacts"],
  ["geojson", "GeoJSON map"],
  ["json", "JSON"],
];

function WithList({ query, hasLeads }) {
  const filters = filtersOf(query);
  const parameters = (more) => new URLSearchParams({ ...more, ...filters });
  return (
    <div className="with-all">
      <a className="chip" href={`/leads/views?${parameters()}`}>
        Saved views
      </a>
      {hasLeads && (
        <>
          <form method="post" action="/leads/enrich">
            {Object.entries(filters).map(([name, value]) => (
              <input type="hidden" name={name} value={value} key={name} />
            ))}
            <button type="submit" className="chip">
              <Icon name="spark" />
              Enrich all
            </button>
          </form>
          <details className="menu menu--end" name="filters" data-menu="">
            <summary className="chip">
              <Icon name="down" />
              Export
            </summary>
            <ul className="menu__list" aria-label="Export">
              {EXPORTS.map(([format, text]) => (
                <li key={format}>
                  <a
                    className="menu__item menu__item--plain"
                    href={`/api/businesses/export?${parameters({ format })}`}
                    download=""
                  >
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </div>
  );
}

/** A menu closes on Escape and on a press elsewhere. */
function closeMenusOutside() {
  const close = (event) => {
    if (event.type === "keydown" && event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (event.type === "keydown" || !menu.contains(event.target)) menu.removeAttribute("open");
    }
  };
  addEventListener("click", close);
  addEventListener("keydown", close);
  return () => {
    removeEventListener("click", close);
    removeEventListener("keydown", close);
  };
}
