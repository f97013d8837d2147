// Builds the islands into crosstie/web/static. Each file begins with a hash of the sources and the lock file: a test compares it.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const sources = [...readdirSync(new URL("src/", here)).map((name) => `src/${name}`), "build.mjs", "package-lock.json", "tsconfig.json"].sort();
const hash = createHash("sha256");
for (const name of sources) hash.update(name).update("\0").update(readFileSync(new URL(name, here))).update("\0");
const stamp = hash.digest("hex");
await build({
  absWorkingDir: new URL(".", here).pathname,
  entryPoints: ["graph", "canvas", "timeline", "map"].map((name) => `src/${name}.ts`),
  outdir: process.argv[2] ?? "../crosstie/web/static",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/*! crosstie, Apache-2.0; parts of others: see NOTICE. Built of frontend/src, ${stamp} */` },
});
