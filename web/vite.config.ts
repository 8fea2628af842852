import { defineConfig } from "vite";
import { emojiData } from "./emoji-data.ts";
import { packages } from "./packages.ts";

// Where `npm run dev` finds the server that answers its sockets and its JSON.
const serverOrigin = process.env["ROOMSTREAM_ORIGIN"] ?? "http://localhost:8080";

export default defineConfig({
  plugins: [emojiData(), packages("emojibase-data")],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist",
    // dist/.gitignore stays, so that a fresh clone compiles; clean.mjs removes the rest.
    emptyOutDir: false,
    // The policy forbids data: for everything but images, and inlined modules altogether.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page of the JSON routes shares half a kilobyte with the chat's, which so stays as light as it is.
    rolldownOptions: { input: ["index.html", "api-docs.html"] },
    // Swagger UI, 1.5 MB, which only that page loads. In kB.
    chunkSizeWarningLimit: 1600,
  },
  server: {
    proxy: {
      "/socket.io": { target: serverOrigin, ws: true },
      "/api": { target: serverOrigin },
    },
  },
});
