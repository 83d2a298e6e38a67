export interface ListPageOptions {
  /** Name of the service. */
  service: string;
  /** Of what is listed, in the plural. */
  items: string;
  /** Path that answers with an object whose field `field` is the list. */
  path: string;
  field: string;
  columns: readonly Column[];
}

export interface Column {
  heading: string;
  /** Expression in the browser's JavaScript about `item`. */
  value: string;
  isNumber?: boolean;
}

/** A page that lists things and keeps up with them; it reads the API as the browser's user. */
export function listPage({ service, items, path, field, columns }: ListPageOptions): string {
  const classOf = ({ isNumber }: Column) => (isNumber ? ' class="number"' : "");
  const headings = columns.map((column) => `<th${classOf(column)}>${column.heading}</th>`).join("");
  const cells = columns.map(({ value, isNumber = false }) => `cell(${value}, ${isNumber})`).join(",\n    ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${service}</title>
<style>
body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222; }
table { border-collapse: collapse; min-width: 40rem; }
th, td { text-align: left; padding: .35rem .8rem; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; }
</style>
</head>
<body>
<h1>${service}</h1>
<p id="state">Loading</p>
<table>
<thead><tr>${headings}</tr></thead>
<tbody id="items"></tbody>
</table>
<script>
const cell = (text, isNumber) => {
  const td = document.createElement("td");
  td.textContent = text;
  if (isNumber) td.className = "number";
  return td;
};
const row = (item) => {
  const tr = document.createElement("tr");
  tr.append(
    ${cells},
  );
  return tr;
};
const refresh = async () => {
  const state = document.getElementById("state");
  try {
    const answer = await fetch("${path}");
    if (!answer.ok) throw new Error("${service} answered " + answer.status);
    const items = (await answer.json()).${field};
    document.getElementById("items").replaceChildren(...items.map(row));
    state.textContent = items.length + " ${items}";
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
}
