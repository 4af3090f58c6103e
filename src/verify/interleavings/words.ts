/**
 * Choices in words, so that a schedule can be read, and found again when it is replayed.
 *
 * Words name a choice by what it is (the message with all its fields, the timer, the host), never by a number of the run
 * that found it.
 */
import { decodeManifest } from "../../core/checkpoint/manifest.ts";
import type { Ballot, CheckpointKey, Life } from "../../core/checkpoint/key.ts";
import { keyWords, ballotWords } from "./judge.ts";
import type { InterleavingConfiguration } from "./configuration.ts";
import { MODEL_DIGESTS } from "./model-digests.ts";
import type { StepTable } from "./step-table.ts";
import {
  CHECKPOINT,
  choiceOf,
  DELIVER,
  DUPLICATE,
  FAULT,
  OPERATOR,
  RESTART,
  STORAGE,
  TIMER,
} from "./world-model.ts";

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
    case TIMER:
      return `${name(Math.floor(argument / 64))}: timer ${timerNames[argument % 64]} fires`;
    case STORAGE:
      return `${name(argument)}: the next disk operation completes`;
    case FAULT: {
      const fault = configuration.faults[argument];
      return `${name(fault?.host ?? -1)} crashes, ${fault?.disk}${fault?.returns === true ? "" : ", and stays down"}`;
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
