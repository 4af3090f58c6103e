/** How the places of a verification are called, in tables, JUnit files and file names alike. */
import type { VerifyCell } from "./verify-result.ts";

/** `parity:2+1 on 3 servers`: names one cell of the table. */
export function cellWords({ scheme, width }: Pick<VerifyCell, "scheme" | "width">): string {
  return `${scheme} on ${width} ${width === 1 ? "server" : "servers"}`;
}
