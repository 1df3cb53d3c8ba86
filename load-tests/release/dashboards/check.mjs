// Runs every query of the dashboard against a Prometheus and checks the health of every alert rule. Prints missing data and
// exits with 1 if there is any.
// usage: node check.mjs PROMETHEUS DASHBOARD ALERTS SECONDS
import { readFileSync } from "node:fs";

const [prometheus, dashboardFile, alertsFile, seconds] = process.argv.slice(2);
const panels = JSON.parse(readFileSync(dashboardFile, "utf8")).panels;

// Metrics that only some gateways have, which are not expected here.
const ELSEWHERE = new Map([
  ["stillgate_fleet_link", "a gateway with a fleet"],
  ["stillgate_tls_synchronized", "a listener with TLS"],
  ["stillgate_tls_certificate_expiry_seconds", "a listener with TLS"],
  ["stillgate_connections_refused_total", "a listener with TLS"],
  ["stillgate_record_dropped_total", "a gateway that records exchanges"],
  ["stillgate_canary_sketches_lost", "a gateway that keeps sketches"],
  ["stillgate_jwks_fetches_total", "a policy with tokens"],
  ["stillgate_jwks_age_seconds", "a policy with tokens"],
  ["stillgate_fleet_feed_dropped_total", "a gateway with a fleet"],
  ["stillgate_fleet_draw_failures_total", "a gateway with a fleet"],
  ["stillgate_token_bucket_fleet", "a gateway with a fleet"],
  ["stillgate_upstream_fallbacks_total", "an upstream that has fallen back"],
  ["stillgate_filter_background_failures_total", "a filter whose background task failed"],
]);

async function get(path, parameters = {}) {
  const answer = await fetch(`${prometheus}${path}?${new URLSearchParams(parameters)}`);
  const body = await answer.json();
  if (body.status !== "success") throw new Error(`${JSON.stringify(parameters)}: ${body.error}`);
  return body.data;
}

function filled(expression) {
  return expression.replaceAll("$__rate_interval", "30s").replaceAll("$instance", ".*");
}

// A query of what all gateways of a fleet export alike has an alternative for gateways without a fleet.
function alternatives(expression) {
  return /stillgate_fleet_link/.test(expression) ? expression.split(" or ") : [expression];
}

function isElsewhere(query) {
  return [...ELSEWHERE.keys()].some((name) => query.includes(name));
}

async function missing() {
  const lacks = [];
  for (const panel of panels) {
    for (const target of panel.targets ?? []) {
      for (const query of alternatives(target.expr)) {
        if (isElsewhere(query)) continue;
        const data = await get("/api/v1/query", { query: filled(query) });
        const values = data.result.filter((series) => !Number.isNaN(Number(series.value[1])));
        if (values.length === 0) lacks.push(`panel "${panel.title}" has no data: ${query}`);
      }
    }
  }
  const rules = (await get("/api/v1/rules")).groups.flatMap((group) => group.rules);
  if (rules.length === 0) lacks.push("no alert rules are loaded");
  for (const rule of rules) {
    if (rule.health !== "ok") lacks.push(`alert ${rule.name}: ${rule.health} ${rule.lastError ?? ""}`);
  }
  const names = new Set(readFileSync(alertsFile, "utf8").match(/\b(?:stillgate|jvm|gen_ai)_[a-z_]+(?=[{\[ ])/g));
  for (const name of names) {
    if (ELSEWHERE.has(name)) continue;
    const data = await get("/api/v1/query", { query: `count({__name__="${name}"})` });
    if (data.result.length === 0) lacks.push(`alerts look at ${name}, which the gateway does not export`);
  }
  return lacks;
}

const end = Date.now() + Number(seconds) * 1000;
let lacks;
do {
  lacks = await missing();
  if (lacks.length === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 2000));
} while (Date.now() < end);
if (lacks.length > 0) {
  console.error(lacks.join("\n"));
  process.exit(1);
}
const queries = panels.flatMap((panel) => panel.targets ?? []).length;
console.log(`dashboards: ${queries} queries return data, all alert rules can be evaluated`);
