/** Every bug of the zoo. */
import type { PlantedBug } from "../planted-bug.ts";
import { BALLOT_BUGS } from "./ballots.ts";
import { BYTE_BUGS } from "./bytes.ts";
import { CODE_BUGS } from "./codes.ts";
import { DOMAIN_BUGS } from "./domains.ts";
import { OPERATING_BUGS } from "./operating.ts";
import { REBUILDING_BUGS } from "./rebuilding.ts";
import { REJOINING_BUGS } from "./rejoining.ts";
import { REPAIRING_BUGS } from "./repairing.ts";
import { RESTORING_BUGS } from "./restoring.ts";
import { SOFTWARE_BUGS } from "./software.ts";
import { STORING_BUGS } from "./storing.ts";
import { UPKEEP_BUGS } from "./upkeep.ts";
import { VERDICT_BUGS } from "./verdicts.ts";

export const BUGS: readonly PlantedBug[] = [
  ...BALLOT_BUGS,
  ...REJOINING_BUGS,
  ...STORING_BUGS,
  ...RESTORING_BUGS,
  ...REPAIRING_BUGS,
  ...BYTE_BUGS,
  ...DOMAIN_BUGS,
  ...VERDICT_BUGS,
  ...REBUILDING_BUGS,
  ...UPKEEP_BUGS,
  ...CODE_BUGS,
  ...OPERATING_BUGS,
  ...SOFTWARE_BUGS,
];
