/** How the places and counts of a verification are said, in tables, JUnit files, pages and file names alike. */
import type { VerifyCell } from "./verify-result.ts";

/** `parity:2+1 on 3 servers`: names one cell of the table. */
export function cellWords({ scheme, width }: Pick<VerifyCell, "scheme" | "width">): string {
  return `${scheme} on ${width} ${width === 1 ? "server" : "servers"}`;
}

/** 1234567 as "1,234,567": counts here have many digits. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
