/** A small scenario that is in order, as lines, so that a test can spoil exactly one of them and knows where it stands. */
const VALID_LINES: readonly string[] = [
  "name: small", // 1
  "servers:", // 2
  "  production: prod", // 3
  "  backups: [a, b, c, d]", // 4
  "scheme: parity:2+1", // 5
  "width: 4", // 6
  "subsegment: 4KiB", // 7
  "network: { latency: 50us }", // 8
  "workload:", // 9
  "  kind: synthetic", // 10
  "  image: 64KiB", // 11
  "faults:", // 12
  "  - { at: 100ms, kind: crash, target: a }", // 13
  "duration: 1s", // 14
  "compare:", // 15
  "  schemes: [mirror:2]", // 16
  "  formers: [production]", // 17
];

/** The text with one line (from 1) put in place of another; it may hold line ends itself. */
export function spoiled(line: number, text: string): string {
  return VALID_LINES.with(line - 1, text).join("\n");
}

export const VALID_TEXT: string = VALID_LINES.join("\n");
