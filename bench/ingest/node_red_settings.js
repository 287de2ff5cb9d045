// Node-RED without its editor, and with one pool of connections for its function node.
const { Pool } = require("pg");

const { dbname, ...server } = JSON.parse(process.env.BENCH_POSTGRES);
const pool = new Pool({ ...server, database: dbname, max: 4 });
pool.on("error", (error) => console.error(error.message));

module.exports = {
  flowFile: "flows.json",
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: false,
  uiHost: "127.0.0.1",
  uiPort: 0,
  functionGlobalContext: { pool },
  logging: { console: { level: "warn", metrics: false, audit: false } },
};
