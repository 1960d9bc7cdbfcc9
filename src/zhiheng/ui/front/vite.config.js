// Bundles the few scripts of the pages. `make setup` runs it; nothing it makes is committed.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  logLevel: "warn",
  publicDir: false,
  build: {
    outDir: "../static/ui/built",
    emptyOutDir: true,
    modulePreload: false, // the chart is fetched by the one page that has one
    rollupOptions: {
      input: { main: "main.js" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
    chunkSizeWarningLimit: 700,
  },
});
