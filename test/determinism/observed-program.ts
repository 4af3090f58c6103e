/**
 * A host program that behaves as the one it wraps and tells what passes through: each handler that is called, and
 * everything that it does through its environment, as lines of text with exact numbers.
 *
 * A run under observation is the same run. Does not cover: what the software and the clients of a workload do by themselves;
 * their messages and checkpoints are seen when they reach a program or the trace digest.
 */
import type { Environment, Storage } from "../../src/core/protocol/environment.ts";
import { TraceDigest } from "../../src/sim/trace-digest.ts";
import type { HostProgram } from "../../src/sim/host-program.ts";

export type Tell = (line: string) => void;

/** JSON with the length and a digest in place of bytes; BigInts and undefined do not occur in messages. */
function plainText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? bytesText(part) : part));
}

export function bytesText(bytes: Uint8Array): string {
  const digest = new TraceDigest();
  for (const byte of bytes) digest.add(byte);
  return `${bytes.length} bytes ${digest.text()}`;
}

function observedStorage(storage: Storage, tell: Tell): Storage {
  return {
    write: (file, bytes, token) => {
      tell(`  write ${file}: ${bytesText(bytes)}`);
      storage.write(file, bytes, token);
    },
    read: (file, token) => {
      tell(`  read ${file}`);
      storage.read(file, token);
    },
    remove: (file) => {
      tell(`  remove ${file}`);
      storage.remove(file);
    },
    flush: (token) => {
      tell("  flush");
      storage.flush(token);
    },
    list: (token) => {
      tell("  list");
      storage.list(token);
    },
  };
}

function observedEnvironment(env: Environment, tell: Tell): Environment {
  return {
    self: env.self,
    storage: observedStorage(env.storage, tell),
    send: (to, message) => {
      tell(`  send to host ${to}: ${plainText(message)}`);
      env.send(to, message);
    },
    setTimer: (name, delayNs) => {
      tell(`  timer ${name} in ${delayNs} ns`);
      env.setTimer(name, delayNs);
    },
    cancelTimer: (name) => {
      tell(`  cancel timer ${name}`);
      env.cancelTimer(name);
    },
    random: () => {
      const drawn = env.random();
      tell(`  random ${drawn}`);
      return drawn;
    },
    charge: (work, bytes) => {
      tell(`  ${work} of ${bytes} bytes`);
      env.charge(work, bytes);
    },
    note: (note) => {
      tell(`  note ${plainText(note)}`);
      env.note(note);
    },
    software: (event) => {
      tell(`  to the software: ${plainText(event)}`);
      env.software(event);
    },
  };
}

export function observedProgram(program: HostProgram, tell: Tell): HostProgram {
  const seen = (env: Environment): Environment => observedEnvironment(env, tell);
  return {
    create: (host) => program.create(host),
    start: (state, env, mode) => {
      tell(`host ${env.self} starts (${mode})`);
      program.start(state, seen(env), mode);
    },
    message: (state, env, from, message) => {
      tell(`host ${env.self} gets from host ${from}: ${plainText(message)}`);
      program.message(state, seen(env), from, message);
    },
    timer: (state, env, name) => {
      tell(`host ${env.self}: timer ${name}`);
      program.timer(state, seen(env), name);
    },
    storage: (state, env, completion) => {
      tell(`host ${env.self}: disk ${plainText(completion)}`);
      program.storage(state, seen(env), completion);
    },
    checkpoint: (state, env, segments) => {
      tell(`host ${env.self}: checkpoint ${plainText(segments)}`);
      return program.checkpoint(state, seen(env), segments);
    },
    incarnation: (state) => program.incarnation(state),
  };
}
