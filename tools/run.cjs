// The first step of every `npm run …` command: plain JavaScript, because on a fresh clone nothing else is there.
// It installs the node modules when the lock file has changed since the last time, then hands over to main.ts.
const { createHash } = require("node:crypto");
const { execFileSync } = require("node:child_process");
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const limitMinutes = 10;

function installNodeModules() {
  const stamp = join(root, "node_modules", ".drover-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const started = Date.now();
  process.stderr.write(`[  0.0s] node modules: installing (limit ${limitMinutes} min)\n`);
  try {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      timeout: limitMinutes * 60_000,
    });
  } catch (error) {
    process.stderr.write(
      `node modules: \`npm ci\` failed in ${root} (${error.message}). Check that the npm registry can be reached, then run the command again.\n`,
    );
    process.exit(1);
  }
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(stamp, lock);
  process.stderr.write(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)}s] node modules: ready\n`);
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  process.stderr.write(`Node.js ${process.versions.node} is too old: install Node.js 20 or newer.\n`);
  process.exit(1);
}
installNodeModules();
require("tsx/cjs");
require("./main.ts").main(process.argv.slice(2));
