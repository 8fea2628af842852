import { defineConfig } from "vite";

import { packages } from "../packages.ts";

// The module as the server gives it to pages, at /client/roomstream.js: one file with
// socket.io-client in it. The package for npm is compiled by tsc instead, file by file.
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [packages()],
  build: {
    target: "es2022",
    outDir: "../dist/client",
    emptyOutDir: true,
    minify: true,
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "roomstream.js" },
  },
});
