// Writes down which npm packages a build was made from, for `roomstream sbom`: every one that a module of the build came
// out of, and no other. What a package has bundled into its own files is that package's to list.

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const FOLDER = "/node_modules/";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The folder of the package that a module lies in, or nothing where it is ours or made by the build. */
export function packageFolder(id: string): string | undefined {
  const at = id.lastIndexOf(FOLDER);
  if (id.startsWith("\0") || at < 0) return undefined;
  const [first = "", second = ""] = id.slice(at + FOLDER.length).split("/");
  return id.slice(0, at + FOLDER.length) + (first.startsWith("@") ? `${first}/${second}` : first);
}

function read(folder: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Partial<Package>;
  if (typeof name !== "string" || typeof version !== "string") throw new Error(`${folder}/package.json has no name or no version`);
  return { name, version, license: typeof license === "string" ? license : "" };
}

/**
 * Puts `.packages.json` into the build's folder; the server does not serve names that begin with a dot.
 * `others`: packages that another plugin makes something of, which the build therefore does not see.
 */
export function packages(...others: string[]): Plugin {
  return {
    name: "roomstream-packages",
    generateBundle() {
      const folders = new Set([...this.getModuleIds()].map(packageFolder).filter((folder) => folder !== undefined));
      for (const name of others) folders.add(import.meta.dirname + FOLDER + name);
      const list = [...folders].sort().map(read);
      this.emitFile({ type: "asset", fileName: ".packages.json", source: JSON.stringify(list, null, 1) });
    },
  };
}
