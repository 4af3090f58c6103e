/**
 * The face of the model checker: which configurations a profile explores, exploring one, and schedules as files.
 *
 * src/verify/verify-task.ts hands the configurations out, so that several threads explore at once.
 */
export { CONFIGURATIONS, plannedExplorations, type PlannedExploration } from "./configurations/index.ts";
export { boundsText } from "./configuration.ts";
export { exploreConfiguration, type Counterexample, type Exploration } from "./explore.ts";
export {
  isScheduleText,
  replaySchedule,
  scheduleFileName,
  scheduleText,
  type ScheduleReplay,
} from "./schedule.ts";
