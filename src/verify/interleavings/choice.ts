/**
 * What may happen next, as one integer: its kind, and what it is about.
 */
const ARGUMENT_BITS = 26;
const ARGUMENT_MASK = 2 ** ARGUMENT_BITS - 1;

export const DELIVER = 0;
export const DUPLICATE = 1;
export const TIMER = 2;
export const STORAGE = 3;
export const FAULT = 4;
export const RESTART = 5;
export const CHECKPOINT = 6;
export const OPERATOR = 7;
/** No choice: the start of a host, before anything is chosen. */
export const INIT_CODE: number = 2 ** 30 - 1;

const TIMERS_MAX = 64;
const HARMS_MAX = 4096;

export interface Choice {
  readonly kind: number;
  /** A message's number or a host; for a timer and a fault see timerArgument and faultArgument. */
  readonly argument: number;
}

export function choiceOf(code: number): Choice {
  return { kind: Math.floor(code / 2 ** ARGUMENT_BITS), argument: code & ARGUMENT_MASK };
}

export function codeOf(kind: number, argument: number): number {
  return kind * 2 ** ARGUMENT_BITS + argument;
}

export function timerArgument(host: number, timer: number): number {
  return host * TIMERS_MAX + timer;
}

export function timerOf(argument: number): { readonly host: number; readonly timer: number } {
  return { host: Math.floor(argument / TIMERS_MAX), timer: argument % TIMERS_MAX };
}

/** `harm`: the number of the words that say what exactly the fault does to the disk. */
export function faultArgument(fault: number, harm: number): number {
  return fault * HARMS_MAX + harm;
}

export function faultOf(argument: number): { readonly fault: number; readonly harm: number } {
  return { fault: Math.floor(argument / HARMS_MAX), harm: argument % HARMS_MAX };
}
