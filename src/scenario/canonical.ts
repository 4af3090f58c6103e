/**
 * The canonical text of plain data, and the hash that names a scenario.
 *
 * Invariant: equal data give equal texts whatever the order of their keys. Keys are sorted by code units, fields that
 * are undefined are left out, and nothing but JSON data is accepted.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Scenario } from "./scenario.ts";

/** 64 bits tell any two scenarios apart that people write, and still fit into a line. */
const HASH_CHARACTERS = 16;

/** Throws on what is not JSON data (functions, NaN, infinities): that is a bug of the caller. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`${value} has no canonical text`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new Error(`a ${typeof value} has no canonical text`);
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields).filter((key) => fields[key] !== undefined);
  // The default order of sort() is that of code units: no locale decides.
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(fields[key])}`)
    .join(",")}}`;
}

/** Scenarios are never changed, and one is run many times. */
const hashes: WeakMap<Scenario, string> = new WeakMap();

/** 16 hex characters of the SHA-256 over the canonical text. */
export function scenarioHash(scenario: Scenario): string {
  let hash = hashes.get(scenario);
  if (hash === undefined) {
    hash = bytesToHex(sha256(utf8ToBytes(canonicalJson(scenario)))).slice(0, HASH_CHARACTERS);
    hashes.set(scenario, hash);
  }
  return hash;
}
