/**
 * The kinds of events of a world, and what their fields mean.
 *
 * Their numbers enter the digest, so a new kind takes a new number. Does not cover: how they are carried out (world-engine.ts).
 */
export const EVENT_BOOT = 1;
/** A named timer fires; extra: TIMER_OF_PROGRAM or TIMER_OF_PROCESS. */
export const EVENT_TIMER = 2;
/** The first byte of a message reaches the receiver's link; extra: its slot among the network's transits. */
export const EVENT_ARRIVE = 3;
/** The last byte of a message reaches its receiver; extra: its slot among the network's transits. */
export const EVENT_DELIVER = 4;
/** The disk finished the operation at the head of its queue. */
export const EVENT_DISK = 5;
/** Something that a handler did takes effect now; extra: the host's life in which it was done. */
export const EVENT_EFFECT = 6;
export const EVENT_FAULT = 7;
/** A fault that lasts ends. */
export const EVENT_FAULT_END = 8;
/** A crashed host comes up; extra: the life that it ended. */
export const EVENT_RESTART = 9;
export const EVENT_CLIENT_START = 10;
/** The first byte of a message reaches the uplink of its sender's domain; extra: its slot among the network's transits. */
export const EVENT_UPLINK = 11;
/** The first byte of a message reaches the uplink of its receiver's domain; extra: as above. */
export const EVENT_DOWNLINK = 12;

export const TIMER_OF_PROGRAM = 0;
export const TIMER_OF_PROCESS = 1;
