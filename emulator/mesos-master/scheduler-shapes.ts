import type { CallShapes } from "@drover/emulator/http/call";
import {
  boolean,
  id,
  message,
  number,
  repeated,
  required,
  type Shape,
  string,
} from "@drover/emulator/http/message-shape";

const duration: Shape = { nanoseconds: required(number) };
const capability: Shape = { type: string };
const labels: Shape = { labels: repeated(message({ key: required(string), value: string })) };

export const resource: Shape = {
  name: required(string),
  type: required(string),
  scalar: message({ value: required(number) }),
  ranges: message({ range: repeated(message({ begin: required(number), end: required(number) })) }),
  role: string,
  allocation_info: message({ role: string }),
};

export const frameworkInfo: Shape = {
  user: required(string),
  name: required(string),
  id,
  failover_timeout: number,
  checkpoint: boolean,
  role: string,
  roles: repeated(string),
  hostname: string,
  principal: string,
  webui_url: string,
  capabilities: repeated(message(capability)),
  labels: message(labels),
};

const command: Shape = {
  shell: boolean,
  value: string,
  arguments: repeated(string),
  user: string,
  environment: message({ variables: repeated(message({ name: required(string), value: string })) }),
  uris: repeated(message({ value: required(string), executable: boolean, extract: boolean, cache: boolean })),
};

const container: Shape = {
  type: required(string),
  hostname: string,
  volumes: repeated(message({ container_path: required(string), host_path: string, mode: required(string) })),
  docker: message({
    image: required(string),
    network: string,
    privileged: boolean,
    port_mappings: repeated(
      message({ host_port: required(number), container_port: required(number), protocol: string }),
    ),
    parameters: repeated(message({ key: required(string), value: required(string) })),
    force_pull_image: boolean,
  }),
  network_infos: repeated(message({ name: string })),
};

const healthCheck: Shape = {
  type: string,
  delay_seconds: number,
  interval_seconds: number,
  timeout_seconds: number,
  consecutive_failures: number,
  grace_period_seconds: number,
  command: message(command),
  http: message({ port: required(number), path: string, scheme: string, statuses: repeated(number) }),
  tcp: message({ port: required(number) }),
};

const taskInfo: Shape = {
  name: required(string),
  task_id: required(id),
  agent_id: required(id),
  resources: repeated(message(resource)),
  executor: message({ executor_id: required(id) }),
  command: message(command),
  container: message(container),
  health_check: message(healthCheck),
  check: message({ type: string, delay_seconds: number, interval_seconds: number, timeout_seconds: number }),
  kill_policy: message({ grace_period: message(duration) }),
  max_completion_time: message(duration),
  data: string,
  labels: message(labels),
  discovery: message({
    visibility: required(string),
    name: string,
    ports: message({ ports: repeated(message({ number: required(number) })) }),
  }),
};

const filters: Shape = { refuse_seconds: number };
const offerIds = repeated(id);

const operation: Shape = {
  type: string,
  id,
  launch: message({ task_infos: repeated(message(taskInfo)) }),
  launch_group: message({ task_group: required(message({ tasks: repeated(message(taskInfo)) })) }),
};

/** Bodies of the scheduler calls, as far as their types and required fields matter here. */
export const schedulerCalls = {
  SUBSCRIBE: { body: { framework_info: required(message(frameworkInfo)), suppressed_roles: repeated(string) } },
  TEARDOWN: { body: null },
  ACCEPT: { body: { offer_ids: offerIds, operations: repeated(message(operation)), filters: message(filters) } },
  DECLINE: { body: { offer_ids: offerIds, filters: message(filters) } },
  REVIVE: { body: { roles: repeated(string) }, optional: true },
  SUPPRESS: { body: { roles: repeated(string) }, optional: true },
  KILL: {
    body: { task_id: required(id), agent_id: id, kill_policy: message({ grace_period: message(duration) }) },
  },
  SHUTDOWN: { body: { executor_id: required(id), agent_id: required(id) } },
  ACKNOWLEDGE: { body: { agent_id: required(id), task_id: required(id), uuid: required(string) } },
  RECONCILE: { body: { tasks: repeated(message({ task_id: required(id), agent_id: id })) } },
  MESSAGE: { body: { agent_id: required(id), executor_id: required(id), data: required(string) } },
  REQUEST: { body: { requests: repeated(message({})) } },
  UPDATE_FRAMEWORK: { body: { framework_info: required(message(frameworkInfo)), suppressed_roles: repeated(string) } },
} satisfies CallShapes;
