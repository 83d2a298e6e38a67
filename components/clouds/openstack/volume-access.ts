/**
 * What a volume driver asks of OpenStack, as access rules of an application credential: everything else is refused.
 * `**` stands for any path, `*` for one part of it (Keystone's access rules).
 */
export const volumeAccessRules = [
  { service: "volumev3", method: "GET", path: "/v3/*/volumes" },
  { service: "volumev3", method: "GET", path: "/v3/*/volumes/**" },
  { service: "volumev3", method: "POST", path: "/v3/*/volumes" },
  { service: "volumev3", method: "POST", path: "/v3/*/volumes/*/action" },
  { service: "volumev3", method: "PUT", path: "/v3/*/volumes/*" },
  { service: "volumev3", method: "DELETE", path: "/v3/*/volumes/*" },
  { service: "volumev3", method: "GET", path: "/v3/*/snapshots/**" },
  { service: "volumev3", method: "POST", path: "/v3/*/snapshots" },
  { service: "volumev3", method: "DELETE", path: "/v3/*/snapshots/*" },
  { service: "compute", method: "GET", path: "/v2.1/servers/**" },
  { service: "compute", method: "GET", path: "/v2.1/servers/*/os-volume_attachments" },
  { service: "compute", method: "POST", path: "/v2.1/servers/*/os-volume_attachments" },
  { service: "compute", method: "DELETE", path: "/v2.1/servers/*/os-volume_attachments/*" },
];
