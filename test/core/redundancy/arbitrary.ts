/** Generators of schemes and layouts, small enough that a run takes milliseconds and odd enough to meet every boundary. */

import fc from "fast-check";
import { createLayout, type Layout, type LayoutOptions } from "../../../src/core/redundancy/layout.ts";
import { parseScheme, type Scheme } from "../../../src/core/redundancy/scheme.ts";

/** The scheme of a text that is known to be good. */
export function schemeOf(text: string): Scheme {
  const parsed = parseScheme(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.scheme;
}

/** The layout of options that are known to be good. */
export function layoutOf(options: LayoutOptions): Layout {
  const created = createLayout(options);
  if (!created.ok) throw new Error(created.error.message);
  return created.layout;
}

export const anyScheme: fc.Arbitrary<Scheme> = fc
  .oneof(
    fc.integer({ min: 2, max: 7 }).map((c) => `mirror:${c}`),
    fc.integer({ min: 1, max: 8 }).map((k) => `stripe:${k}`),
    fc.integer({ min: 1, max: 8 }).map((k) => `parity:${k}+1`),
    fc
      .record({ k: fc.integer({ min: 1, max: 8 }), m: fc.integer({ min: 1, max: 6 }) })
      .map(({ k, m }) => `rs:${k}+${m}`),
    fc
      .record({
        size: fc.integer({ min: 1, max: 3 }),
        l: fc.integer({ min: 1, max: 3 }),
        g: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ size, l, g }) => `lrc:${size * l},${l},${g}`),
  )
  .map(schemeOf);

export const anyTolerantScheme: fc.Arbitrary<Scheme> = anyScheme.filter((scheme) => scheme.tolerance >= 1);

/** Layouts with up to some hundred members and widths above k + m, rotated and declustered over any number of domains. */
export function anyLayout(schemes: fc.Arbitrary<Scheme> = anyScheme): fc.Arbitrary<Layout> {
  return fc
    .record({
      scheme: schemes,
      imageBytes: fc.nat({ max: 400 }),
      subsegmentBytes: fc.integer({ min: 1, max: 40 }),
      extraWidth: fc.nat({ max: 6 }),
      serversPerDomain: fc.nat({ max: 4 }),
    })
    .map(({ scheme, imageBytes, subsegmentBytes, extraWidth, serversPerDomain }) => {
      const width = scheme.k + scheme.m + extraWidth;
      const isDeclustered = serversPerDomain > 0 && width % serversPerDomain === 0;
      const declusteredOver = isDeclustered ? width / serversPerDomain : undefined;
      return layoutOf({ scheme, imageBytes, subsegmentBytes, width, declusteredOver });
    });
}
