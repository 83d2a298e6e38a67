/** A task that cannot be launched as it is described; the message goes to its framework. */
export class LaunchError extends Error {}
