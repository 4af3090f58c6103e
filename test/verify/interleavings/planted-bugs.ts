/**
 * Ordering bugs planted into the real core from outside, for the model checker: each wraps the host's functions.
 *
 * They are the mutations of the protocol that broke its first sketch (docs/protocol.md, "Known ways to break it").
 */
import { BALLOT_ZERO, compareBallots, keyText, type Ballot } from "../../../src/core/checkpoint/key.ts";
import { decodeManifest } from "../../../src/core/checkpoint/manifest.ts";
import type { Environment } from "../../../src/core/protocol/environment.ts";
import type { HostState } from "../../../src/core/protocol/host.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import { surveyOf } from "../../../src/core/protocol/server-promise.ts";
import { INITIAL_LIFE, type ServerState } from "../../../src/core/protocol/server-state.ts";
import { coreHostProgram, type HostProgram } from "../../../src/sim/host-program.ts";
import type { ProgramOf } from "../../../src/verify/interleavings/explore.ts";
import { MODEL_DIGESTS } from "../../../src/verify/interleavings/model-digests.ts";

function planted(change: (program: HostProgram) => Partial<HostProgram>): ProgramOf {
  return (cluster) => {
    const program = coreHostProgram(cluster);
    return { ...program, ...change(program) };
  };
}

function serverOf(state: object): ServerState | undefined {
  return (state as HostState).server;
}

function withMessages(change: (message: Message, state: HostState) => Message): ProgramOf {
  return planted((program) => ({
    message: (state, env, from, message) =>
      program.message(state, env, from, change(message, state as HostState)),
  }));
}

/** Runs a handler while the server knows of no promise; a promise that it makes itself stays. */
function withoutPromise(server: ServerState | undefined, run: () => void): void {
  const promised = server?.control.promised;
  if (server !== undefined) server.control.promised = BALLOT_ZERO;
  run();
  if (
    server !== undefined &&
    promised !== undefined &&
    compareBallots(promised, server.control.promised) > 0
  ) {
    server.control.promised = promised;
  }
}

const ballotNotCompared = planted((program) => ({
  message: (state, env, from, message) => {
    const run = (): void => program.message(state, env, from, message);
    if (message.type === "piece" || message.type === "store") withoutPromise(serverOf(state), run);
    else run();
  },
  storage: (state, env, completion) => {
    const next = serverOf(state)?.continuations[completion.token];
    const run = (): void => program.storage(state, env, completion);
    if (next?.kind === "flushed" && next.next.some((each) => each.do === "hold"))
      withoutPromise(serverOf(state), run);
    else run();
  },
}));

function sendPromise(server: ServerState, env: Environment, to: number, ballot: Ballot): void {
  const { control, slot } = server;
  const { life, lives, complete, floor } = control;
  env.send(to, {
    to: "restorer",
    type: "promise",
    ballot,
    slot,
    life,
    lives,
    complete,
    floor,
    ...surveyOf(server),
  });
}

/** The survey goes out at once; the ballot is promised after the next thing that the server does. */
const surveyBeforePromise = planted((program) => ({
  message: (state, env, from, message) => {
    const server = serverOf(state) as (ServerState & { plantedBallot?: Ballot }) | undefined;
    const isSurveyed = server?.phase === "working" && message.type === "ask";
    if (server !== undefined && isSurveyed && compareBallots(message.ballot, server.control.promised) > 0) {
      sendPromise(server, env, from, message.ballot);
      server.plantedBallot = message.ballot;
      return;
    }
    program.message(state, env, from, message);
    const late = server?.plantedBallot;
    if (server !== undefined && late !== undefined && message.to === "server") {
      if (compareBallots(late, server.control.promised) > 0) server.control.promised = late;
      delete server.plantedBallot;
    }
  },
}));

const promiseBeforeFlush = planted((program) => ({
  message: (state, env, from, message) => {
    const server = serverOf(state);
    program.message(state, env, from, message);
    if (
      message.type === "ask" &&
      server?.phase === "working" &&
      compareBallots(message.ballot, server.control.promised) === 0
    ) {
      sendPromise(server, env, from, message.ballot);
    }
  },
}));

/** A server without its disk goes on as if nothing had happened. */
const blankActsAtOnce = planted((program) => ({
  storage: (state, env, completion) => {
    program.storage(state, env, completion);
    const server = serverOf(state);
    if (server?.phase !== "greeting") return;
    server.phase = "working";
    Object.assign(server.control, { joined: true, complete: true, life: INITIAL_LIFE });
    server.control.lives = server.control.lives.map(() => INITIAL_LIFE);
  },
}));

const incompleteCounted = withMessages((message) =>
  message.type === "promise" ? { ...message, complete: true } : message,
);

const welcomersPromisedIgnored = withMessages((message) =>
  message.type === "welcome" ? { ...message, promised: BALLOT_ZERO, floorBallot: BALLOT_ZERO } : message,
);

const durableTooFewAcknowledgements = withMessages((message, { former }) => {
  if (
    message.type === "stored" &&
    former.attempt !== undefined &&
    keyText(former.attempt.key) === keyText(message.key)
  ) {
    for (const position of former.attempt.positions) position.stored = true;
  }
  return message;
});

/** Of all manifests that are known, the one with the highest sequence stays; of equal ones that of the older ballot. */
const newestBySequence = withMessages((message, { restorer }) => {
  if (message.type !== "promise" || compareBallots(message.ballot, restorer.ballot) !== 0) return message;
  const shown = message.manifests.flatMap((bytes) => {
    const decoded = decodeManifest(bytes, MODEL_DIGESTS);
    return decoded.ok ? [decoded.manifest.key] : [];
  });
  const keys = [...shown, ...Object.values(restorer.manifests).map(({ key }) => key)];
  keys.sort((a, b) => b.sequence - a.sequence || compareBallots(a.ballot, b.ballot));
  const [best] = keys;
  if (best === undefined) return message;
  for (const text of Object.keys(restorer.manifests))
    if (text !== keyText(best)) delete restorer.manifests[text];
  return {
    ...message,
    manifests: message.manifests.filter((_, index) => keyText(shown[index] ?? best) === keyText(best)),
  };
});

const sameBallot = planted((program) => ({
  message: (state, env, from, message) => {
    const isRestore = message.type === "restore";
    program.message(state, isRestore ? { ...env, self: 0, random: () => 7 } : env, from, message);
  },
}));

/** `stored` names the checkpoint and not the attempt. */
const lateAcknowledgementCounts = withMessages((message, { former }) => {
  const key = former.attempt?.key;
  if (message.type !== "stored" || key === undefined) return message;
  const isSameCheckpoint =
    compareBallots(key.ballot, message.key.ballot) === 0 && key.sequence === message.key.sequence;
  return isSameCheckpoint ? { ...message, key } : message;
});

/** The promise of a life that ended counts: the restorer hears of no newer life. */
const endedLifeCounted = withMessages((message, { restorer }) =>
  message.type === "promise" ? { ...message, lives: restorer.lives } : message,
);

/** What is retired is retired when the next checkpoint begins, not when it is durable. */
const retiredAtBegin = planted((program) => ({
  checkpoint: (state, env, segments) => {
    const sequence = program.checkpoint(state, env, segments);
    const { production } = state as HostState;
    const key = production.checkpoint?.key;
    if (key !== undefined) {
      for (const host of [1, 2, 3])
        env.send(host, { to: "server", type: "retire", ballot: key.ballot, key, floor: key });
    }
    return sequence;
  },
}));

/** A member that does not come makes the restorer forget the candidate. */
const failedFetchFallsBack = planted((program) => ({
  message: (state, env, from, message) => {
    const { restorer } = state as HostState;
    const { fetching } = restorer;
    if (message.type === "members" && message.bytes === undefined && fetching !== undefined) {
      restorer.passedOver.push({
        text: keyText(fetching.manifest.key),
        verdict: { kind: "waiting", key: undefined, slots: [] },
      });
      restorer.fetching = undefined;
      return;
    }
    program.message(state, env, from, message);
  },
}));

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
  ballotNotCompared,
  surveyBeforePromise,
  promiseBeforeFlush,
  blankActsAtOnce,
  incompleteCounted,
  welcomersPromisedIgnored,
  durableTooFewAcknowledgements,
  newestBySequence,
  sameBallot,
  lateAcknowledgementCounts,
  endedLifeCounted,
  retiredAtBegin,
  failedFetchFallsBack,
  bytesMixed,
  releasedTooEarly,
  membersBesideEachOther,
  completeTooEarly,
  restorerGivesUp,
} satisfies Record<string, ProgramOf>;
