/**
 * Gross bugs planted into the real core from outside, for the model checker: each wraps the host's functions, and each
 * makes one of the judge's checks fail. Ordering bugs are those of the zoo (ordering-bugs.test.ts).
 */
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import type { Environment } from "../../../src/core/protocol/environment.ts";
import type { HostState } from "../../../src/core/protocol/host.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import { coreHostProgram, type HostProgram } from "../../../src/sim/host-program.ts";
import type { ProgramOf } from "../../../src/verify/interleavings/explore.ts";

function planted(change: (program: HostProgram) => Partial<HostProgram>): ProgramOf {
  return (cluster) => {
    const program = coreHostProgram(cluster);
    return { ...program, ...change(program) };
  };
}

function withMessages(change: (message: Message, state: HostState) => Message): ProgramOf {
  return planted((program) => ({
    message: (state, env, from, message) =>
      program.message(state, env, from, change(message, state as HostState)),
  }));
}

function withEnvironment(change: (env: Environment) => Partial<Environment>): ProgramOf {
  return planted((program) => {
    const wrap = (env: Environment): Environment => ({ ...env, ...change(env) });
    return {
      start: (state, env, mode) => program.start(state, wrap(env), mode),
      message: (state, env, from, message) => program.message(state, wrap(env), from, message),
      timer: (state, env, name) => program.timer(state, wrap(env), name),
      storage: (state, env, completion) => program.storage(state, wrap(env), completion),
      checkpoint: (state, env, segments) => program.checkpoint(state, wrap(env), segments),
    };
  });
}

/** The restored software is handed other bytes than those of the checkpoint. */
const bytesMixed = withEnvironment((env) => ({
  software: (event) => {
    if (event.kind !== "start") return env.software(event);
    const segments = event.segments.map(({ name, bytes }) => ({
      name,
      bytes: bytes.map((byte) => byte ^ 1),
    }));
    env.software({ ...event, segments });
  },
}));

/** Outputs are released when a checkpoint begins. */
const releasedTooEarly = planted((program) => ({
  checkpoint: (state, env, segments) => {
    const sequence = program.checkpoint(state, env, segments);
    if (sequence !== undefined) env.software({ kind: "durable", sequence });
    return sequence;
  },
}));

/** Each server keeps every member twice, the second time under its neighbour's name. */
const membersBesideEachOther = withEnvironment((env) => ({
  storage: {
    ...env.storage,
    write: (file, bytes, token) => {
      env.storage.write(file, bytes, token);
      if (file.startsWith("m/"))
        env.storage.write(
          file.endsWith("/0") ? file.replace(/0$/, "1") : file.replace(/1$/, "0"),
          bytes,
          "beside",
        );
    },
  },
}));

/** A blank server hears of nothing that it should rebuild, and calls itself complete. */
const completeTooEarly = withMessages((message) =>
  message.type === "welcome" ? { ...message, manifests: [] } : message,
);

/** Nobody ever starts a restore by itself once the first one is over, nor ends one. */
const restorerGivesUp = withMessages((message) =>
  message.type === "promise" ? { ...message, ballot: BALLOT_ZERO } : message,
);

export const PLANTED = {
  bytesMixed,
  releasedTooEarly,
  membersBesideEachOther,
  completeTooEarly,
  restorerGivesUp,
} satisfies Record<string, ProgramOf>;
