/**
 * The kinds of value that fields of a scenario have, as zod schemas: quantities, moments, names, schemes, counts.
 *
 * Each takes the YAML form and gives the canonical one. Descriptions and patterns are for the JSON Schema that editors
 * use; what decides is the code that reads the value.
 */
import { z } from "zod";
import { parseScheme } from "../core/redundancy/scheme.ts";
import { parseDuration, parseRate, parseSize, type QuantityResult } from "./quantity.ts";
import type { ScenarioErrorCode } from "./error.ts";
import type { MomentRange } from "./scenario.ts";

/** A field with the YAML form `string | number` and the canonical form T. */
export type Field<T, Input = string | number> = z.ZodType<T, Input>;

interface QuantityOptions {
  readonly description: string;
  /** Least value allowed, in the base unit; 0 when left out. */
  readonly min?: number;
  readonly max?: number;
  /** 0 is allowed below `min` too: it switches something off. */
  readonly zeroAllowed?: boolean;
  /** For editors, where other fields decide whether the default counts. */
  readonly defaultText?: string;
}

type Refuse = (code: ScenarioErrorCode, message: string) => never;

/** Raises a typed finding inside a zod transform. */
function refuseOf(context: z.RefinementCtx, input: unknown): Refuse {
  return (code, message) => {
    context.issues.push({ code: "custom", input, message, params: { code } });
    return z.NEVER;
  };
}

function quantityField(
  options: QuantityOptions,
  noun: string,
  pattern: string,
  parse: (value: string | number) => QuantityResult,
): Field<number> {
  const { description, min = 0, max = Number.MAX_SAFE_INTEGER, zeroAllowed = false, defaultText } = options;
  return z
    .union([z.string(), z.number()], { error: `must be a ${noun}` })
    .meta({ description, pattern, ...(defaultText === undefined ? {} : { default: defaultText }) })
    .transform((value, context) => {
      const refuse = refuseOf(context, value);
      const result = parse(value);
      if (!result.ok) return refuse(result.error.code, result.error.message);
      if (result.value === 0 && zeroAllowed) return 0;
      if (result.value < min)
        return refuse("out-of-range", `must be at least ${min} (${noun}), not ${value}`);
      if (result.value > max) return refuse("out-of-range", `must be at most ${max} (${noun}), not ${value}`);
      return result.value;
    });
}

const DURATION_PATTERN = "^[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min)$|^0$";

/** Integer nanoseconds. */
export function duration(options: QuantityOptions): Field<number> {
  return quantityField(options, "duration, in nanoseconds", DURATION_PATTERN, parseDuration);
}

/** Integer bytes. */
export function size(options: QuantityOptions): Field<number> {
  return quantityField(options, "size, in bytes", "^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB)?$", parseSize);
}

/** Integer bytes a second, at least 1. */
export function rate(options: QuantityOptions): Field<number> {
  const pattern = "^[0-9]+(\\.[0-9]+)? ?([kMG]?[Bb]/s)$";
  return quantityField({ min: 1, ...options }, "rate, in bytes a second", pattern, parseRate);
}

/** A moment "300ms", or a range "100ms..900ms" from which the seed draws one. */
export function moment(description: string): Field<MomentRange> {
  return z
    .union([z.string(), z.number()], {
      error: "must be a moment such as 300ms, or a range such as 100ms..900ms",
    })
    .meta({ description })
    .transform((value, context) => {
      const refuse = refuseOf(context, value);
      const separator = typeof value === "string" ? value.indexOf("..") : -1;
      const isRange = typeof value === "string" && separator >= 0;
      const from = parseDuration(isRange ? value.slice(0, separator).trim() : value);
      if (!from.ok) return refuse(from.error.code, from.error.message);
      const to = isRange ? parseDuration(value.slice(separator + 2).trim()) : from;
      if (!to.ok) return refuse(to.error.code, to.error.message);
      if (to.value < from.value) {
        return refuse("contradiction", `must be a range that ends after it begins, not ${value}`);
      }
      return { fromNs: from.value, toNs: to.value };
    });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A name of a scenario or a server: goes into file names, reports and command lines as it is. */
export function nameField(description: string): Field<string, string> {
  return z
    .string()
    .meta({ description, pattern: NAME.source })
    .transform((value, context) => {
      if (NAME.test(value)) return value;
      return refuseOf(context, value)(
        "out-of-range",
        `must be a name of 1 to 63 letters, digits, ".", "_" and "-", not ${JSON.stringify(value)}`,
      );
    });
}

/** The canonical text of a scheme. */
export function schemeField(description: string): Field<string, string> {
  return z
    .string()
    .meta({ description, examples: ["mirror:2", "stripe:4", "parity:4+1"] })
    .transform((value, context) => {
      const result = parseScheme(value);
      if (result.ok) return result.scheme.text;
      const { code, message } = result.error;
      return refuseOf(context, value)(code, message);
    });
}

export function count(description: string, min: number, max: number): z.ZodType<number, number> {
  return z.int().min(min).max(max).meta({ description });
}
