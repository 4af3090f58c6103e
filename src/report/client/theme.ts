/** The colours and the font of the page, read from its style sheet so that charts and legends cannot differ. */
import type { ChartColour } from "../chart-model.ts";

export interface Theme {
  readonly ink: string;
  readonly quiet: string;
  readonly rule: string;
  readonly page: string;
  readonly fontFamily: string;
  readonly colourOf: (colour: ChartColour) => string;
}

export function readTheme(root: HTMLElement): Theme {
  const style = getComputedStyle(root);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    quiet: read("--quiet"),
    rule: read("--rule"),
    page: read("--page"),
    fontFamily: read("--sans"),
    colourOf: (colour) => read(`--colour-${colour}`),
  };
}
