import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import bpmnlint from "rollup-plugin-bpmnlint";
import { defineConfig } from "vitest/config";

/** Builds one entry for every page; each island is a chunk of its own that loads only where it is used. */
export default defineConfig({
  // Relative addresses: the build works under any STATIC_URL.
  base: "./",
  // Django serves static/public itself.
  publicDir: false,
  resolve: {
    alias: {
      "@camunda/feel-builtins": fileURLToPath(new URL("src/designer/feel-functions.ts", import.meta.url)),
    },
  },
  plugins: [bpmnlint({ include: "**/.bpmnlintrc" }), tailwindcss()],
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    target: "es2022",
    // The designer is one large library by nature; its real limit is a test on the compressed size.
    chunkSizeWarningLimit: 3500,
    rolldownOptions: {
      input: { main: "src/main.ts" },
      // htmx contains an eval that `allowEval = false` and the CSP keep from running.
      checks: { eval: false },
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"] },
});
