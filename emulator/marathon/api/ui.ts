/** A page that lists the apps and their tasks; it reads the API as the browser's user. */
export const uiPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Marathon</title>
<style>
body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222; }
table { border-collapse: collapse; min-width: 40rem; }
th, td { text-align: left; padding: .35rem .8rem; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; }
</style>
</head>
<body>
<h1>Applications</h1>
<p id="state">Loading</p>
<table>
<thead><tr><th>ID</th><th class="number">Memory (MB)</th><th class="number">CPUs</th><th class="number">Running</th><th class="number">Staged</th><th class="number">Healthy</th><th class="number">Unhealthy</th><th>Deployments</th></tr></thead>
<tbody id="apps"></tbody>
</table>
<script>
const cell = (text, isNumber) => {
  const td = document.createElement("td");
  td.textContent = text;
  if (isNumber) td.className = "number";
  return td;
};
const row = (app) => {
  const tr = document.createElement("tr");
  tr.append(cell(app.id), cell(app.mem, true), cell(app.cpus, true), cell(app.tasksRunning + " of " + app.instances, true),
    cell(app.tasksStaged, true), cell(app.tasksHealthy, true), cell(app.tasksUnhealthy, true),
    cell(app.deployments.length > 0 ? "deploying" : ""));
  return tr;
};
const refresh = async () => {
  const state = document.getElementById("state");
  try {
    const answer = await fetch("/v2/apps");
    if (!answer.ok) throw new Error("Marathon answered " + answer.status);
    const { apps } = await answer.json();
    document.getElementById("apps").replaceChildren(...apps.map(row));
    state.textContent = apps.length + " applications";
  } catch (error) {
    state.textContent = error.message;
  }
};
refresh();
setInterval(refresh, 5000);
</script>
</body>
</html>
`;
