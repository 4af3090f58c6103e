/**
 * Breadth-first exploration of one configuration: the first violation found has a shortest schedule, in choices.
 *
 * Bounds: levels and states. "exhausted" means that every state within the configuration's own bounds was visited.
 */
import type { ClusterConfiguration } from "../../core/protocol/cluster.ts";
import { coreHostProgram, type HostProgram } from "../../sim/host-program.ts";
import type { PromiseId } from "../result.ts";
import { clusterOf, type InterleavingConfiguration } from "./configuration.ts";
import { FAIR_WORDS, FairCompletion } from "./fair-completion.ts";
import type { Violation } from "./judge.ts";
import { StepTable } from "./step-table.ts";
import { VisitedSet } from "./visited-set.ts";
import { choiceWords } from "./words.ts";
import { createStateBuffer, StateQueue } from "./cluster-state.ts";
import { WorldModel } from "./world-model.ts";

/** The functions that are driven; another one than the core's only in tests. */
export type ProgramOf = (cluster: ClusterConfiguration) => HostProgram;

export interface ExplorationBounds {
  readonly depthMax: number;
  readonly stateCountMax: number;
  /** From one state in so many it is tried whether the cluster gets going when everything works; 0: from none. */
  readonly completeEvery: number;
}

export interface Counterexample extends Violation {
  readonly configuration: InterleavingConfiguration;
  /** Choices in words, in order; the last one breaks the promise. */
  readonly steps: readonly string[];
}

export interface Exploration {
  readonly configuration: InterleavingConfiguration;
  readonly visited: number;
  readonly transitions: number;
  /** Choices from the start to the farthest state visited. */
  readonly deepestLevel: number;
  readonly exhausted: boolean;
  /** Distinct pairs of local state and event: how often the program ran. */
  readonly programSteps: number;
  /** States from which it was tried whether the cluster gets going. */
  readonly completedCount: number;
  readonly checkedCounts: Readonly<Partial<Record<PromiseId, number>>>;
  readonly counterexample: Counterexample | undefined;
}

export function modelOf(
  configuration: InterleavingConfiguration,
  programOf: ProgramOf = coreHostProgram,
): WorldModel {
  const cluster = clusterOf(configuration);
  return new WorldModel(
    configuration,
    new StepTable({ configuration, cluster, program: programOf(cluster) }),
  );
}

/** Parent and choice of each visited state, by its number. */
class Paths {
  private parents: Int32Array = new Int32Array(1 << 12);
  private codes: Int32Array = new Int32Array(1 << 12);
  private count: number = 0;

  add(parent: number, code: number): number {
    if (this.count === this.parents.length) {
      this.parents = grown(this.parents);
      this.codes = grown(this.codes);
    }
    this.parents[this.count] = parent;
    this.codes[this.count] = code;
    this.count += 1;
    return this.count - 1;
  }

  codesTo(state: number): number[] {
    const codes: number[] = [];
    for (let at = state; at > 0; at = this.parents[at] as number) codes.push(this.codes[at] as number);
    return codes.reverse();
  }
}

function grown(array: Int32Array): Int32Array {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}

export function exploreConfiguration(
  configuration: InterleavingConfiguration,
  bounds: ExplorationBounds,
  programOf: ProgramOf = coreHostProgram,
): Exploration {
  const model = modelOf(configuration, programOf);
  const { table } = model;
  const visited = new VisitedSet();
  const paths = new Paths();
  const completion = new FairCompletion(table);
  let completedCount = 0;
  let transitions = 0;
  let level = 0;
  const result = (
    exhausted: boolean,
    violation?: Violation,
    codes: readonly number[] = [],
    lastWords: readonly string[] = [],
  ): Exploration => ({
    configuration,
    visited: visited.size,
    transitions,
    deepestLevel: level,
    exhausted,
    programSteps: table.stepCount,
    completedCount,
    checkedCounts: table.checkedCounts,
    counterexample:
      violation === undefined
        ? undefined
        : {
            ...violation,
            configuration,
            steps: [
              ...codes.map((code) => choiceWords(configuration, table, model.timerNames, code)),
              ...lastWords,
            ],
          },
  });
  const initial = model.initial();
  visited.add(initial.state);
  paths.add(-1, 0);
  if (initial.violation !== undefined) return result(false, initial.violation);
  let frontier = new StateQueue();
  let next = new StateQueue();
  frontier.push(initial.state, 0);
  const state = createStateBuffer();
  let ended: Exploration | undefined;
  while (frontier.size > 0) {
    if (level >= bounds.depthMax) return result(false);
    level += 1;
    frontier.forEach(state, (number) => {
      model.forEachSuccessor(state, (code, successor, violation) => {
        transitions += 1;
        if (violation !== undefined) {
          ended = result(false, violation, [...paths.codesTo(number), code]);
          return false;
        }
        if (!visited.add(successor)) return true;
        const added = paths.add(number, code);
        next.push(successor, added);
        if (bounds.completeEvery > 0 && added % bounds.completeEvery === 0) {
          const stuck = completion.check(successor);
          if (stuck !== "not-obliged") completedCount += 1;
          if (typeof stuck === "object") ended = result(false, stuck, paths.codesTo(added), [FAIR_WORDS]);
        }
        if (visited.size >= bounds.stateCountMax) ended ??= result(false);
        return ended === undefined;
      });
      return ended === undefined;
    });
    if (ended !== undefined) return ended;
    [frontier, next] = [next, frontier];
    next.clear();
  }
  level -= 1; // the last level held nothing new
  return result(true);
}
