import { generic } from "@drover/emulator/http/upstream-errors";
import { HttpError } from "@drover/lib/http/reply";
import { type MachineFilter, machineKey } from "../agents/machines";
import type { MaySee } from "../views/operator-view";
import type { Acls, Action } from "./acls";

/** What one principal may do; refusals have upstream's form. */
export class Permissions {
  constructor(
    private readonly acls: Acls,
    readonly principal: string | undefined,
  ) {}

  /** Frameworks that may not be seen are left out of answers. */
  get maySee(): MaySee {
    return ({ user }) => this.allows("view_frameworks", user);
  }

  /** Machines that may not be seen are left out too. */
  maySeeMachine(action: "get_maintenance_schedules" | "get_maintenance_statuses"): MachineFilter {
    return (machine) => this.allows(action, machineKey(machine));
  }

  allows(action: Action, object?: string): boolean {
    return this.acls.allows(action, this.principal, object);
  }

  /** @throws HttpError 403 when one of the objects is forbidden */
  require(action: Action, ...objects: (string | undefined)[]): void {
    if (!objects.every((object) => this.allows(action, object))) {
      throw new HttpError(403, generic(403));
    }
  }
}
