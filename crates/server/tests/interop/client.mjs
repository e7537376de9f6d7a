// A client on the reference implementation, steered by tests/api/interop.rs.
// Usage: node client.mjs OPTIONS, a JSON object: url, transports, namespace, headers, auth.
// Prints a JSON line for everything that happens. Each line that it reads is an event to send, as a JSON array;
// "disconnect" leaves; at the end of its input it ends.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const options = JSON.parse(process.argv[2]);
const tell = (line) => console.log(JSON.stringify(line));

let seen = options.auth?.since;
const socket = io(options.url + options.namespace, {
  auth: (send) => send(typeof seen === "number" ? { ...options.auth, since: seen } : options.auth),
  transports: options.transports,
  extraHeaders: options.headers,
  reconnectionDelay: 50,
  reconnectionDelayMax: 100,
});

socket.on("connect", () => {
  const engine = socket.io.engine;
  tell({ connected: engine.transport.name });
  engine.once("upgrade", (transport) => tell({ upgraded: transport.name }));
});
socket.on("connect_error", (error) => tell({ refused: error.message, status: error.context?.status }));
socket.on("disconnect", (reason) => tell({ disconnected: reason }));
socket.onAny((name, data) => {
  if (typeof data?.seq === "number") seen = data.seq;
  tell({ event: name, data });
});

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const command = JSON.parse(line);
  if (command === "disconnect") socket.disconnect();
  else socket.emit(...command);
});
input.on("close", () => process.exit(0));
