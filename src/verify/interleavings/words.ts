/**
 * Choices in words, so that a schedule can be read, and found again when it is replayed.
 *
 * Words name a choice by what it is (the message with all its fields, the timer, the host), never by a number of the run
 * that found it.
 */
import { assert } from "../../core/assertion.ts";
import { decodeManifest } from "../../core/checkpoint/manifest.ts";
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";
import { keyWords, ballotWords } from "./judge.ts";
import type { FaultChoice, InterleavingConfiguration } from "./configuration.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";
import type { StepTable } from "./step-table.ts";
import {
  CHECKPOINT,
  choiceOf,
  DELIVER,
  DUPLICATE,
  FAULT,
  faultOf,
  OPERATOR,
  RESTART,
  STORAGE,
  TIMER,
  timerOf,
} from "./choice.ts";

function fieldWords(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (value instanceof Uint8Array) {
    const decoded = decodeManifest(value, MODEL_DIGESTS);
    return decoded.ok
      ? `manifest ${keyWords(decoded.manifest.key)}`
      : [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  if (Array.isArray(value)) return `[${value.map(fieldWords).join(" ")}]`;
  if (typeof value !== "object") return String(value as string | number | boolean);
  if ("epoch" in value) return ballotWords(value as Ballot);
  if ("sequence" in value && "ballot" in value) return keyWords(value as CheckpointKey);
  if ("nonce" in value && "number" in value) return lifeWords(value as Life);
  return `(${Object.entries(value)
    .map(([name, part]) => `${name} ${fieldWords(part)}`)
    .join(", ")})`;
}

function lifeWords({ number, nonce }: Life): string {
  return `life ${number}.${nonce}`;
}

function messageWords(configuration: InterleavingConfiguration, table: StepTable, number: number): string {
  const { from, to, message } = table.messageOf(number);
  const { type, to: role, ...fields } = message;
  const name = (host: number): string => configuration.hostNames[host] ?? String(host);
  const words = Object.entries(fields).map(([field, value]) => `${field} ${fieldWords(value)}`);
  return `${name(to)} hears from ${name(from)}: ${type} (${role}) ${words.join(", ")}`;
}

function faultWords(fault: FaultChoice, harm: string): string {
  switch (fault.kind) {
    case "crash": {
      const left = harm === "" ? "" : ` (${harm})`;
      return `crashes, ${fault.disk}${left}${fault.returns ? "" : ", and stays down"}`;
    }
    case "rot":
      return `has bits flipped on its disk: ${harm}`;
    case "storage-fails":
      return `fails in a ${harm} of its disk`;
  }
}

export function choiceWords(
  configuration: InterleavingConfiguration,
  table: StepTable,
  timerNames: readonly string[],
  code: number,
): string {
  const { kind, argument } = choiceOf(code);
  const name = (host: number): string => configuration.hostNames[host] ?? String(host);
  switch (kind) {
    case DELIVER:
      return messageWords(configuration, table, argument);
    case DUPLICATE:
      return `${messageWords(configuration, table, argument)} (and once more later)`;
    case TIMER: {
      const { host, timer } = timerOf(argument);
      return `${name(host)}: timer ${timerNames[timer]} fires`;
    }
    case STORAGE:
      return `${name(argument)}: the next disk operation completes`;
    case FAULT: {
      const { fault, harm } = faultOf(argument);
      const struck = configuration.faults[fault];
      assert(struck !== undefined, "a fault's number is its place in the configuration");
      return `${name(struck.host)} ${faultWords(struck, table.harmOf(harm))}`;
    }
    case RESTART:
      return `${name(argument)} comes up again`;
    case CHECKPOINT:
      return `${name(argument)}: the software asks for a checkpoint`;
    case OPERATOR:
      return `the operator orders a restore on ${name(argument)}`;
    default:
      return `choice ${code}`;
  }
}
