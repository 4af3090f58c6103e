/** What the process ends with; scripts and CI gates rely on these numbers. */
export const EXIT_OK = 0;
export const EXIT_PROMISE_BROKEN = 1;
/** Neither held nor broken: time or budget was spent. */
export const EXIT_UNDECIDED = 2;
export const EXIT_THRESHOLD_MISSED = 3;
/** Bad usage or bad input; nothing was written. */
export const EXIT_BAD_INPUT = 64;
/** A bug of ours. */
export const EXIT_INTERNAL = 70;
