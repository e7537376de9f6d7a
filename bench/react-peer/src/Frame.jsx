import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { request } from "./api.js";
import { Icon } from "./icons.jsx";

const LINKS = [
  ["/", "home", "Overview"],
  ["/find", "search", "Find"],
  ["/leads", "leads", "Leads"],
  ["/jobs", "jobs", "Jobs"],
];

const CONNECTION = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", offline: "Offline" };

/** Navigation, state of the connection, the page, and where the data comes from. */
export function Frame({ connection, children }) {
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="frame">
        <header className="side">
          <a className="brand" href="/" aria-label="Le Tip, overview">
            <svg className="brand__mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
              <rect width="24" height="24" rx="6" />
              <path d="M8 6v9.5a2 2 0 0 0 2 2h6M12.5 6v6.5h4" />
            </svg>
            <span className="brand__name">Le Tip</span>
          </a>
          <nav className="nav" aria-label="Main">
            <ul>
              {LINKS.map(([path, icon, text]) => (
                <li key={path}>
                  <a className="nav__link" href={path} aria-current={path === "/leads" ? "page" : undefined}>
                    <Icon name={icon} />
                    <span>{text}</span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="side__foot">
            <p className="connection needs-script" role="status" aria-label="Connection" data-state={connection}>
              <span className="connection__dot" aria-hidden="true" />
              {CONNECTION[connection]}
            </p>
            <div className="side__tools">
              <Theme />
            </div>
          </div>
        </header>
        <div className="content">
          <main id="main" className="main" tabIndex={-1}>
            {children}
          </main>
          <Sources />
        </div>
      </div>
    </>
  );
}

const THEMES = [
  ["system", "screen", "System"],
  ["light", "sun", "Light"],
  ["dark", "moon", "Dark"],
];

function Theme() {
  const [theme, setTheme] = useState("system");
  useEffect(() => setTheme(document.documentElement.dataset.theme ?? "system"), []);
  const choose = (next) => {
    setTheme(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // It lasts as long as the page.
    }
  };
  return (
    <fieldset className="switch needs-script">
      <legend className="hidden">Appearance</legend>
      {THEMES.map(([name, icon, text]) => (
        <label className="switch__option" title={text} key={name}>
          <input
            type="radio"
            name="theme"
            value={name}
            className="hidden"
            checked={theme === name}
            onChange={() => choose(name)}
          />
          <Icon name={icon} />
          <span className="hidden">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Sources() {
  const { data = [] } = useQuery(request.sources());
  const named = data.filter((source) => source.attribution);
  const distinct = new Map(named.map((source) => [`${source.attribution}\n${source.licence}`, source]));
  return (
    <footer className="foot">
      <p>
        Data:{" "}
        {[...distinct.values()].map((source) => (
          <span className="foot__source" key={source.source}>
            {source.attribution},{" "}
            {source.licenceUrl ? <External href={source.licenceUrl}>{source.licence}</External> : source.licence}
          </span>
        ))}
      </p>
    </footer>
  );
}

/** A link to elsewhere. */
export function External({ href, children }) {
  return (
    <a className="cell-link" href={href} target="_blank" rel="noopener noreferrer external">
      <span>{children}</span>
      <Icon name="external" />
    </a>
  );
}
