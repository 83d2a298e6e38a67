import type { LeadingMaster } from "@drover/lib/mesos/master-detector";
import type { MasterInfo } from "@drover/lib/mesos/types";

/** The page at `/`: who this is and where everything else can be read. */
export function page(info: MasterInfo, leader: LeadingMaster | undefined, cluster: string | undefined): string {
  const title = escapeHtml(`Mesos master ${info.hostname}${cluster === undefined ? "" : ` of ${cluster}`}`);
  const role = leader?.pid === info.pid ? "This master leads." : leaderLink(leader);
  const links = ["/state", "/slaves", "/frameworks", "/tasks", "/roles", "/metrics/snapshot", "/flags", "/version"];
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${role}</p>
<ul>
${links.map((link) => `<li><a href="${link}">${link}</a></li>`).join("\n")}
</ul>
</body>
</html>
`;
}

function leaderLink(leader: LeadingMaster | undefined): string {
  if (!leader) {
    return "No master leads at this moment.";
  }
  const host = escapeHtml(`${leader.address.hostname}:${leader.address.port}`);
  return `The leading master is <a href="//${host}/">${host}</a>.`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
