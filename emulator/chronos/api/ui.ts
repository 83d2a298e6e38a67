/** A page that lists the jobs; it reads the API as the browser's user. */
export const uiPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Chronos</title>
<style>
body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222; }
table { border-collapse: collapse; min-width: 40rem; }
th, td { text-align: left; padding: .35rem .8rem; border-bottom: 1px solid #ddd; }
</style>
</head>
<body>
<h1>Jobs</h1>
<p id="state">Loading</p>
<table>
<thead><tr><th>Name</th><th>Next run or parents</th><th>Last run</th><th>Now</th></tr></thead>
<tbody id="jobs"></tbody>
</table>
<script>
const row = (job) => {
  const tr = document.createElement("tr");
  for (const text of [job.name, job.schedule || "after " + job.parents.join(", "), job.status, job.disabled ? "disabled" : job.state]) {
    const td = document.createElement("td");
    td.textContent = text;
    tr.append(td);
  }
  return tr;
};
const refresh = async () => {
  const state = document.getElementById("state");
  try {
    const answer = await fetch("/v1/scheduler/jobs/summary");
    if (!answer.ok) throw new Error("Chronos answered " + answer.status);
    const { jobs } = await answer.json();
    document.getElementById("jobs").replaceChildren(...jobs.map(row));
    state.textContent = jobs.length + " jobs";
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
