import { listPage } from "../../framework/list-page";

/** The jobs. */
export const uiPage = listPage({
  service: "Chronos",
  items: "jobs",
  path: "/v1/scheduler/jobs/summary",
  field: "jobs",
  columns: [
    { heading: "Name", value: "item.name" },
    { heading: "Next run or parents", value: 'item.schedule || "after " + item.parents.join(", ")' },
    { heading: "Last run", value: "item.status" },
    { heading: "Now", value: 'item.disabled ? "disabled" : item.state' },
  ],
});
