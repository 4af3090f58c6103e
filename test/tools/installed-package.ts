/**
 * The package as another project has it: packed by npm, unpacked where npm would unpack it, and beside it nothing but its own
 * dependencies (from here: no network is needed) and what the project itself brings along.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT: string = path.resolve(fileURLToPath(import.meta.url), "../../..");

export interface InstalledPackage {
  /** The other project. */
  readonly folder: string;
  /** Where its ckptlab lies. */
  readonly packageFolder: string;
  remove(): void;
}

/** `files`: those of the project, by path. `packages`: what it has installed besides ckptlab. */
export function installPackage(
  files: Readonly<Record<string, string>>,
  packages: readonly string[],
): InstalledPackage {
  if (!existsSync(path.join(ROOT, "dist/index.js")))
    throw new Error('dist is missing: "npm run build" first');
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-installed-"));
  const modules = path.join(folder, "node_modules");
  const packageFolder = path.join(modules, "ckptlab");
  mkdirSync(packageFolder, { recursive: true });
  // The scripts of packing would build again.
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
  execFileSync("tar", ["-xzf", path.join(folder, filename), "-C", packageFolder, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), ...packages]) {
    const place = path.join(modules, name);
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules", name), place);
  }
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "elsewhere", type: "module" }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return { folder, packageFolder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
