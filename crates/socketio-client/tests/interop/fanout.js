// The same fan-out as crates/server/examples/fanout, on the reference implementation.
// Usage: node fanout.js. Prints the port that it listens on. A line `BURST MILLISECONDS COUNT` on its standard input
// makes it emit so many times at that distance: BURST events each, or 20 to 50 where BURST is 0. Prints how many events
// that were; ends when its standard input does.
"use strict";

const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

const BURSTS = [20, 35, 50, 28, 42];
let seq = 0;

// An event as the gateway sends it, with a field for each that it sends.
function event() {
  const now = Date.now();
  const micros = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const timestamp = new Date(now).toISOString();
  const data = {
    id: 1, version: 1, name: "Kahvila", category: "cafe", industry: null, street: null, city: "Helsinki", state: null,
    postalCode: null, country: null, latitude: null, longitude: null, phone: null, phoneDisplay: null, email: null,
    website: null, socials: {}, openingHours: null, employeeCount: null, yearFounded: null,
    description: "Cafe and bakery at the market square.", chain: false, operatingStatus: "open", confidence: null,
    sources: [], enrichmentStatus: "pending", enrichmentError: null, tags: [], notes: String(micros), contactCount: 0,
    createdAt: timestamp, updatedAt: timestamp,
  };
  return { seq: ++seq, timestamp, type: "business:updated", data };
}

function produce(burst, every, count) {
  let made = 0;
  let events = 0;
  const begun = performance.now();
  const step = () => {
    const size = burst === 0 ? BURSTS[made % BURSTS.length] : burst;
    for (let number = 0; number < size; number++) io.emit("business:updated", event());
    events += size;
    if (++made === count) return console.log(events);
    setTimeout(step, Math.max(0, begun + made * every - performance.now()));
  };
  step();
}

createInterface({ input: process.stdin })
  .on("line", (line) => produce(...line.split(" ").map(Number)))
  .on("close", () => process.exit(0));
http.listen(0, "127.0.0.1", () => console.log(http.address().port));
