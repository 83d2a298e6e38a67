import { readFileSync } from "node:fs";

/** The kinds of actions that a rule can be about, with the name of what each is done to; all others are refused. */
const ACTIONS = {
  register_frameworks: "roles",
  run_tasks: "users",
  teardown_frameworks: "framework_principals",
  reserve_resources: "roles",
  unreserve_resources: "reserver_principals",
  create_volumes: "roles",
  destroy_volumes: "creator_principals",
  resize_volume: "roles",
  get_quotas: "roles",
  update_quotas: "roles",
  view_roles: "roles",
  update_weights: "roles",
  get_endpoints: "paths",
  access_mesos_logs: "logs",
  view_flags: "flags",
  view_frameworks: "users",
  register_agents: "agents",
  get_maintenance_schedules: "machines",
  update_maintenance_schedules: "machines",
  start_maintenances: "machines",
  stop_maintenances: "machines",
  get_maintenance_statuses: "machines",
  mark_agents_gone: "agents",
  drain_agents: "agents",
  deactivate_agents: "agents",
  reactivate_agents: "agents",
  set_log_level: "level",
} as const;

export type Action = keyof typeof ACTIONS;

interface Entity {
  type?: "SOME" | "ANY" | "NONE";
  values?: string[];
}

interface Rule {
  subjects: Entity;
  objects: Entity;
}

/** Who may do what: the first rule of an action that is about both the principal and the object decides. */
export class Acls {
  private constructor(
    private readonly rules: ReadonlyMap<string, readonly Rule[]>,
    private readonly permissive: boolean,
  ) {}

  /** Everybody may do everything. */
  static readonly none = new Acls(new Map(), true);

  /**
   * @param text JSON, or the path of a file with it (also as `file://…`)
   * @throws Error that says what is wrong with it and where
   */
  static read(text: string): Acls {
    const isInline = text.trimStart().startsWith("{");
    const parsed = parse(isInline ? text : readFileSync(text.replace(/^file:\/\//, ""), "utf8"));
    const { permissive = true, ...actions } = parsed;
    if (typeof permissive !== "boolean") {
      throw new Error("the ACLs' 'permissive' must be true or false");
    }
    const rules = Object.entries(actions).map(([name, list]) => {
      if (!Object.hasOwn(ACTIONS, name)) {
        throw new Error(`the ACLs name '${name}', which is none of ${Object.keys(ACTIONS).join(", ")}`);
      }
      if (!Array.isArray(list)) {
        throw new Error(`the ACLs' '${name}' must be a list`);
      }
      return [name, list.map((rule) => ruleOf(rule, name as Action))] as const;
    });
    return new Acls(new Map(rules), permissive);
  }

  /**
   * @param principal undefined: nobody has proved who he is
   * @param object what it is done to; undefined where there is no single one
   */
  allows(action: Action, principal: string | undefined, object?: string): boolean {
    const rule = this.rules
      .get(action)
      ?.find(({ subjects, objects }) => concerns(subjects, principal) && concerns(objects, object));
    return rule ? permits(rule.subjects) && permits(rule.objects) : this.permissive;
  }
}

function concerns({ type = "SOME", values = [] }: Entity, value: string | undefined): boolean {
  return type !== "SOME" || (value !== undefined && values.includes(value));
}

function permits({ type }: Entity): boolean {
  return type !== "NONE";
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`the ACLs are not JSON: ${(error as Error).message}`);
  }
}

function ruleOf(rule: unknown, action: Action): Rule {
  const given = rule as Record<string, unknown> | null;
  return {
    subjects: entityOf(given?.principals, action, "principals"),
    objects: entityOf(given?.[ACTIONS[action]], action, ACTIONS[action]),
  };
}

function entityOf(value: unknown, action: Action, name: string): Entity {
  const { type, values } = (value ?? {}) as { type?: unknown; values?: unknown };
  const hasValues = Array.isArray(values) && values.every((each) => typeof each === "string");
  if (type === "ANY" || type === "NONE" || (hasValues && (type === undefined || type === "SOME"))) {
    return { type: type as Entity["type"], values: hasValues ? values : undefined };
  }
  throw new Error(`the ACLs' '${action}' needs '${name}' with a list 'values', or with the type ANY or NONE`);
}
