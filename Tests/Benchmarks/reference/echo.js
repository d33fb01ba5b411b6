// The reference for the warm no-op: a bare Node.js HTTP server, reached through nginx (two hops, as ours).
const http = require('http');
const body = JSON.stringify({ ok: true });
http
  .createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
