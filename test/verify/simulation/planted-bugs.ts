/**
 * Bugs planted into the real core from outside: each wraps what the hosts run and changes one thing.
 *
 * Every checker must catch one of them in a whole run; a checker that no bug can fail is worth nothing.
 */
import { BALLOT_ZERO } from "../../../src/core/checkpoint/key.ts";
import type { ClusterConfiguration } from "../../../src/core/protocol/cluster.ts";
import type { Environment } from "../../../src/core/protocol/environment.ts";
import type { HostState } from "../../../src/core/protocol/host.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import { coreHostProgram, type HostProgram } from "../../../src/sim/host-program.ts";

type Plant = (configuration: ClusterConfiguration, program: HostProgram) => HostProgram;

/** Runs every handler with another environment. */
function withEnvironment(program: HostProgram, change: (env: Environment) => Environment): HostProgram {
  return {
    create: (host) => program.create(host),
    start: (state, env, mode) => program.start(state, change(env), mode),
    message: (state, env, from, message) => program.message(state, change(env), from, message),
    timer: (state, env, name) => program.timer(state, change(env), name),
    storage: (state, env, completion) => program.storage(state, change(env), completion),
    checkpoint: (state, env, segments) => program.checkpoint(state, change(env), segments),
    incarnation: (state) => program.incarnation(state),
  };
}

/** Changes messages before they are handled; undefined drops one. */
function withMessages(program: HostProgram, change: (message: Message) => Message | undefined): HostProgram {
  return {
    ...program,
    message: (state, env, from, message) => {
      const changed = change(message);
      if (changed !== undefined) program.message(state, env, from, changed);
    },
  };
}

/** An Environment is an object of the simulator's own; its methods need their object. */
function changed(env: Environment, change: Partial<Environment>): Environment {
  return {
    self: env.self,
    storage: env.storage,
    send: (to, message) => env.send(to, message),
    setTimer: (name, delayNs) => env.setTimer(name, delayNs),
    cancelTimer: (name) => env.cancelTimer(name),
    random: () => env.random(),
    charge: (work, bytes) => env.charge(work, bytes),
    note: (note) => env.note(note),
    software: (event) => env.software(event),
    ...change,
  };
}

/** A flush completes like a read of nothing: at once, and without making anything durable. */
const flushDoesNothing: Plant = (_, program) => {
  const lying = withEnvironment(program, (env) => {
    const { storage } = env;
    return changed(env, {
      storage: {
        write: (file, bytes, token) => storage.write(file, bytes, token),
        read: (file, token) => storage.read(file, token),
        remove: (file) => storage.remove(file),
        list: (token) => storage.list(token),
        flush: (token) => storage.read("no such file", `flushed:${token}`),
      },
    });
  });
  return {
    ...lying,
    storage: (state, env, completion) => {
      const isLie = completion.token.startsWith("flushed:");
      const told = isLie
        ? ({ kind: "flushed", token: completion.token.slice("flushed:".length), ok: true } as const)
        : completion;
      lying.storage(state, env, told);
    },
  };
};

/** All digests are equal: rot is not noticed and goes into a restore. */
const digestsSeeNothing: Plant = (configuration) => {
  const digests = { member: () => "0".repeat(16), manifest: () => "0".repeat(64) };
  return coreHostProgram({ ...configuration, digests });
};

/** Outputs are released when a checkpoint begins. */
const durableTooEarly: Plant = (_, program) => ({
  ...program,
  checkpoint: (state, env, segments) => {
    const sequence = program.checkpoint(state, env, segments);
    if (sequence !== undefined) env.software({ kind: "durable", sequence });
    return sequence;
  },
});

/** A promise is forgotten when it is asked to stand: the server takes stores and beats of the older incarnation. */
const promiseForgotten: Plant = (_, program) => ({
  ...program,
  message: (state, env, from, message) => {
    const { server } = state as HostState;
    const isOlder = message.type === "piece" || message.type === "store" || message.type === "beat";
    if (server !== undefined && isOlder) server.control.promised = BALLOT_ZERO;
    program.message(state, env, from, message);
  },
});

/** Nobody ever starts a restore. */
const nobodyRestores: Plant = (_, program) =>
  withMessages(program, (message) => (message.type === "restore" ? undefined : message));

/** Every server says that it has no member, though its disk holds it. */
const membersDenied: Plant = (_, program) =>
  withMessages(program, (message) =>
    message.type === "members" && message.to === "restorer" ? { ...message, bytes: undefined } : message,
  );

/** A blank server hears of nothing that it should rebuild, and calls itself complete. */
const nothingToRebuild: Plant = (_, program) =>
  withMessages(program, (message) => (message.type === "welcome" ? { ...message, manifests: [] } : message));

/** Each server keeps every member twice, the second time under its neighbour's name. */
const membersBesideEachOther: Plant = (_, program) =>
  withEnvironment(program, (env) => {
    const { storage } = env;
    return changed(env, {
      storage: {
        read: (file, token) => storage.read(file, token),
        remove: (file) => storage.remove(file),
        list: (token) => storage.list(token),
        flush: (token) => storage.flush(token),
        write: (file, bytes, token) => {
          storage.write(file, bytes, token);
          if (!file.startsWith("m/")) return;
          const slash = file.lastIndexOf("/");
          const member = Number(file.slice(slash + 1));
          storage.write(`${file.slice(0, slash + 1)}${member === 0 ? 1 : 0}`, bytes, "beside");
        },
      },
    });
  });

/** Every piece is sent twice. */
const piecesSentTwice: Plant = (_, program) =>
  withEnvironment(program, (env) =>
    changed(env, {
      send: (to, message) => {
        env.send(to, message);
        if (message.type === "piece") env.send(to, message);
      },
    }),
  );

/** Goes on with attempt after attempt, whatever the scenario allows. */
const attemptsWithoutEnd: Plant = (configuration) =>
  coreHostProgram({ ...configuration, attemptCountMax: 1000 });

/** The restored software is handed other bytes than those of the checkpoint. */
const segmentsMixed: Plant = (_, program) =>
  withEnvironment(program, (env) =>
    changed(env, {
      software: (event) => {
        if (event.kind !== "start") return env.software(event);
        const segments = event.segments.map(({ name, bytes }) => {
          const mixed = Uint8Array.from(bytes);
          const last = mixed.length - 1;
          mixed[last] = (mixed[last] ?? 0) ^ 1;
          return { name, bytes: mixed };
        });
        env.software({ ...event, segments });
      },
    }),
  );

export const PLANTED = {
  flushDoesNothing,
  digestsSeeNothing,
  durableTooEarly,
  promiseForgotten,
  nobodyRestores,
  membersDenied,
  nothingToRebuild,
  membersBesideEachOther,
  piecesSentTwice,
  attemptsWithoutEnd,
  segmentsMixed,
} satisfies Record<string, Plant>;
