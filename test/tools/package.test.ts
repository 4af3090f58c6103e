/** What a user of the package gets: every package that the published types name is one that npm installs for them. */
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly types?: string;
  readonly typings?: string;
  readonly exports?: unknown;
}

async function packageFile(folder: string): Promise<PackageFile> {
  return JSON.parse(await readFile(new URL(`${folder}package.json`, root), "utf8")) as PackageFile;
}

/** "@noble/hashes/sha2.js" -> "@noble/hashes". */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

async function typedImports(): Promise<Set<string>> {
  const dist = new URL("dist/", root);
  const names = new Set<string>();
  for (const file of await readdir(dist, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const text = await readFile(new URL(file, dist), "utf8");
    // Examples in comments import the package itself.
    const code = text.replace(/\/\*[^]*?\*\//g, "");
    for (const [, specifier = ""] of code.matchAll(/(?:from\s+|import\(\s*)"([^".][^"]*)"/g)) {
      if (!specifier.startsWith("node:")) names.add(packageOf(specifier));
    }
  }
  return names;
}

describe("the published types", () => {
  it("name only packages that are dependencies, with types of their own or beside them", async () => {
    const { dependencies } = await packageFile("");
    const names = await typedImports();
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) {
      expect(Object.keys(dependencies), `${name} is imported by published types`).toContain(name);
      const { types, typings, exports } = await packageFile(`node_modules/${name}/`);
      const hasOwnTypes =
        types !== undefined || typings !== undefined || JSON.stringify(exports ?? "").includes(".d.");
      const typesPackage = `@types/${name.replace(/^@/, "").replace("/", "__")}`;
      if (!hasOwnTypes) expect(Object.keys(dependencies), `types of ${name}`).toContain(typesPackage);
    }
  });
});

describe("versions", () => {
  it("are exact", async () => {
    const { dependencies, devDependencies } = await packageFile("");
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+$/);
    }
  });
});
