import { listPage } from "../../framework/list-page";

/** The apps and their tasks. */
export const uiPage = listPage({
  service: "Marathon",
  items: "applications",
  path: "/v2/apps",
  field: "apps",
  columns: [
    { heading: "ID", value: "item.id" },
    { heading: "Memory (MB)", value: "item.mem", isNumber: true },
    { heading: "CPUs", value: "item.cpus", isNumber: true },
    { heading: "Running", value: 'item.tasksRunning + " of " + item.instances', isNumber: true },
    { heading: "Staged", value: "item.tasksStaged", isNumber: true },
    { heading: "Healthy", value: "item.tasksHealthy", isNumber: true },
    { heading: "Unhealthy", value: "item.tasksUnhealthy", isNumber: true },
    { heading: "Deployments", value: 'item.deployments.length > 0 ? "deploying" : ""' },
  ],
});
