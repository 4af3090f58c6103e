/** A run of bytes that lies in several views, one after the other: what one transfer of a file reads or writes. */

export function bytesOfViews(views: readonly Uint8Array[]): number {
  return views.reduce((sum, view) => sum + view.length, 0);
}

/** The first `count` bytes, or all where there are fewer; no view is empty. */
export function firstBytes(views: readonly Uint8Array[], count: number): Uint8Array[] {
  const first: Uint8Array[] = [];
  let left = count;
  for (const view of views) {
    if (left === 0) break;
    if (view.length === 0) continue;
    first.push(left >= view.length ? view : view.subarray(0, left));
    left = Math.max(0, left - view.length);
  }
  return first;
}

/** What follows the first `count` bytes; no view is empty. */
export function withoutFirstBytes(views: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let left = count;
  for (const view of views) {
    if (left >= view.length) left -= view.length;
    else {
      rest.push(left === 0 ? view : view.subarray(left));
      left = 0;
    }
  }
  return rest;
}
