import type { Rule } from "../rule";
import { budget } from "./budget";
import { clearSecrets } from "./clear-secrets";
import { containerLimits, containerLogs, containerRestart, dockerSocket, privileged } from "./containers";
import { coreQuorum } from "./core-quorum";
import { coreZones } from "./core-zones";
import { encryptedDisks } from "./encrypted-disks";
import { names } from "./names";
import { openPorts } from "./open-ports";
import { passwordLogin } from "./password-login";
import { pinnedImages } from "./pinned-images";
import { protectedData } from "./protected-data";
import { publicAddresses } from "./public-addresses";
import { removals } from "./removals";
import { replacedData } from "./replaced-data";
import { slaveAddresses } from "./slave-addresses";
import { slaveCount } from "./slave-count";
import { tags } from "./tags";
import { userDataSecrets } from "./user-data-secrets";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  coreQuorum,
  coreZones,
  openPorts,
  publicAddresses,
  slaveAddresses,
  passwordLogin,
  encryptedDisks,
  containerLimits,
  containerRestart,
  containerLogs,
  dockerSocket,
  privileged,
  pinnedImages,
  clearSecrets,
  userDataSecrets,
  protectedData,
  tags,
  names,
  slaveCount,
  removals,
  replacedData,
  budget,
];
