const PATHS = {
  check: "m3 8.5 3.2 3.2L13 4.8",
  chevronDown: "m4 6 4 4 4-4",
  chevronLeft: "m10 4-4 4 4 4",
  chevronRight: "m6 4 4 4-4 4",
  close: "m4 4 8 8M12 4l-8 8",
  down: "M8 3v10M4 9l4 4 4-4",
  external: "M9 3h4v4M13 3 7.5 8.5M11.5 9.5v3h-8v-8h3",
  home: "M2.5 7.3 8 2.8l5.5 4.5v6.2h-4v-4h-3v4h-4V7.3Z",
  jobs: "M2 8.5h2.8L6.5 3.5l3 9 1.8-4H14",
  leads: "M2.5 4h11M2.5 8h11M2.5 12h7",
  moon: "M13.2 9.6A5.7 5.7 0 0 1 6.4 2.8a5.7 5.7 0 1 0 6.8 6.8Z",
  plus: "M8 3v10M3 8h10",
  screen: "M2 3h12v8H2V3ZM6 13.5h4M8 11v2.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4l3.3 3.3",
  spark:
    "M8 2v3.5M8 10.5V14M2 8h3.5M10.5 8H14M4.5 4.5l1.6 1.6M9.9 9.9l1.6 1.6M11.5 4.5 9.9 6.1M6.1 9.9l-1.6 1.6",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  up: "M8 13V3M4 7l4-4 4 4",
};

export function Icon({ name }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
