/**
 * The JSON forms of the Mesos v1 messages that Drover reads or writes: snake_case keys, enums as names, bytes as
 * base64, absent optionals left out. Names and meanings are those of mesos/v1/mesos.proto and scheduler.proto.
 */
export * from "./types/common";
export * from "./types/container";
export * from "./types/resource";
export * from "./types/scheduler";
export * from "./types/task";
