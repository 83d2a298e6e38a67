import type { Failure } from "../schema/check";
import type { ContainerInputs } from "../schema/container";
import { checkUpload } from "./uploads";

/** Modes in which a container has no network of its own to attach anything to. */
const NO_NETWORK_OF_ITS_OWN = /^(host|none|container:.*)$/;

/** What is wrong with a container's inputs when they are looked at together. */
export function checkContainer(inputs: ContainerInputs): Failure[] {
  return [...checkLists(inputs), ...checkCombinations(inputs)];
}

function checkLists({ uploads, volumes }: ContainerInputs): Failure[] {
  const failures: Failure[] = [];
  for (const [index, upload] of (uploads ?? []).entries()) {
    const reason = checkUpload(upload);
    if (reason !== undefined) failures.push({ property: `uploads[${index}]`, reason });
  }
  for (const [index, { fromContainer, containerPath }] of (volumes ?? []).entries()) {
    if (fromContainer === undefined && containerPath === undefined) {
      failures.push({ property: `volumes[${index}]`, reason: "needs containerPath, or fromContainer" });
    }
  }
  return failures;
}

function checkCombinations(inputs: ContainerInputs): Failure[] {
  const { networkMode, networksAdvanced, logs, attach, wait, start, memory, memoryReservation, memorySwap } = inputs;
  const rules: [broken: boolean, property: string, reason: string][] = [
    [
      (networksAdvanced ?? []).length > 0 && NO_NETWORK_OF_ITS_OWN.test(networkMode ?? ""),
      "networksAdvanced",
      `cannot be used with networkMode "${networkMode}": leave one of them out`,
    ],
    [logs === true && attach !== true, "logs", "needs `attach: true`"],
    [
      wait === true && attach === true,
      "wait",
      "cannot be used with `attach`: a container that ends does not become healthy",
    ],
    [start === false && (attach === true || wait === true), "start", "must not be false with `attach` or `wait`"],
    [
      inputs.rm === true && inputs.restart !== "no",
      "rm",
      "cannot be used with `restart`: a container is either removed or restarted",
    ],
    [
      memory !== undefined && memoryReservation !== undefined && memoryReservation > memory,
      "memoryReservation",
      "must not be more than `memory`",
    ],
    [
      memorySwap !== undefined && memorySwap > 0 && (memory === undefined || memorySwap < memory),
      "memorySwap",
      "is memory and swap together: set `memory`, and not more of it than `memorySwap`",
    ],
  ];
  return rules.flatMap(([broken, property, reason]) => (broken ? [{ property, reason }] : []));
}
