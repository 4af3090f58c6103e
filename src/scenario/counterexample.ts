/**
 * What a counterexample file says besides its scenario: which promise broke, how, and the digest that a replay must give.
 *
 * A counterexample is an ordinary scenario file with one more field. The field is no part of the canonical scenario and
 * of its hash: `ckptlab run` takes the file as it takes any other. Does not cover: what the promise means, and whether a
 * promise of that name exists (the verify layer knows).
 */
import { z } from "zod";
import { count } from "./fields.ts";

export interface CounterexampleRecord {
  /** Id of the promise that broke. */
  readonly promise: string;
  /** The first violation, one sentence. */
  readonly message: string;
  /** Trace digest of the run that broke it. */
  readonly digest: string;
  /** Version of the program that found it. */
  readonly version: string;
  /** Found with this bug planted into the core, which a published build does not contain; undefined: in the real core. */
  readonly planted: string | undefined;
  /** Of a crash point whose outcome was wrong: how it had to end. undefined: only the promise itself was judged. */
  readonly outcome: OutcomeRecord | undefined;
}

export interface OutcomeRecord {
  /** The faults that came after so many events are the strike; what was told before them counts no longer. */
  readonly strikeAtEvent: number;
  /** Every outcome that is right. */
  readonly right: readonly string[];
}

/** Wider than any run has events. */
const EVENT_COUNT_MAX = 1_000_000_000;
const OUTCOMES = ["restored", "refused", "waiting", "unneeded", "silent"] as const;

const DIGEST = /^[0-9a-f]{16}$/;
const PROMISE = /^[a-z]+(-[a-z]+)*$/;

export const COUNTEREXAMPLE_SCHEMA: z.ZodType<CounterexampleRecord> = z
  .strictObject({
    promise: z
      .string()
      .regex(PROMISE, { error: "must be the id of a promise" })
      .meta({ description: "The promise that broke." }),
    message: z.string().min(1).meta({ description: "How it broke, one sentence." }),
    digest: z
      .string()
      .regex(DIGEST, { error: "must be 16 hexadecimal digits" })
      .meta({ description: "Trace digest of the run that broke it." }),
    version: z.string().min(1).meta({ description: "Version of the program that found it." }),
    planted: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The bug that was planted into the core when it was found." }),
    outcome: z
      .strictObject({
        strikeAtEvent: count("The faults that came after so many events are the strike.", 0, EVENT_COUNT_MAX),
        right: z
          .array(z.enum(OUTCOMES))
          .min(1)
          .meta({ description: "Every way in which the run may end after the strike." }),
      })
      .optional()
      .meta({ description: "How the run had to end, when that was wrong." }),
  })
  .transform(({ promise, message, digest, version, planted, outcome }) => ({
    promise,
    message,
    digest,
    version,
    planted,
    outcome,
  }));
