// Rows wait until there are 500 of a kind, or 100 ms; then one INSERT takes them.
const columns = {
  room: [
    ["air_temp_c", "real"], ["rel_humidity_pct", "real"], ["battery_pct", "real"],
  ],
  boiler: [
    ["flow_temp_c", "real"], ["return_temp_c", "real"], ["hot_water_temp_c", "real"],
    ["flow_target_c", "real"], ["pressure_bar", "real"], ["modulation_pct", "real"],
    ["flame_on", "boolean"], ["pump_on", "boolean"], ["heat_demand", "boolean"],
    ["burner_starts", "integer"],
  ],
};
const waiting = context.get("waiting") || { room: [], boiler: [] };
context.set("waiting", waiting);

function flush(kind) {
  const rows = waiting[kind].splice(0);
  if (rows.length === 0) return;
  const types = ["text", "timestamptz", ...columns[kind].map(([, type]) => type)];
  const arrays = types.map((type, place) => `$${place + 1}::${type}[]`).join(", ");
  const cells = types.map((_, place) => rows.map((row) => row[place]));
  global
    .get("pool")
    .query(
      // In key order, or two connections would deadlock.
      `INSERT INTO bench_node_red_${kind} SELECT * FROM unnest(${arrays}) ORDER BY 1, 2
       ON CONFLICT DO NOTHING`,
      cells,
    )
    .catch((error) => node.error(error.message));
}

const kind = msg.topic.slice(msg.topic.lastIndexOf("/") + 1);
const device = msg.topic.slice(0, msg.topic.lastIndexOf("/"));
waiting[kind].push([
  device,
  new Date(msg.payload.t[0]),
  ...columns[kind].map(([name]) => msg.payload[name][0]),
]);
if (waiting[kind].length >= 500) flush(kind);
if (!context.get("timer")) {
  context.set("timer", setInterval(() => Object.keys(columns).forEach(flush), 100));
}
