import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The browsers that the dashboard is built for (`crates/xtask/src/web/css.rs`). */
const BROWSERS = ["chrome123", "edge123", "firefox121", "safari17.5"];

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [react()],
  // The dashboard's own picture.
  publicDir: isSsrBuild ? false : "../../crates/dashboard/public",
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
  },
  // One file that needs no `node_modules` beside it.
  ssr: { noExternal: isSsrBuild ? true : undefined },
}));
