// The server that the scenarios in tests/suite/scenarios.rs describe, on the reference implementation.
// Usage: node server.js PORT PING_INTERVAL_MS. Prints the port that it listens on; ends when its standard input does.
"use strict";

const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { pingInterval: Number(process.argv[3]), pingTimeout: 2000, maxHttpBufferSize: 100_000 });

function behave(socket) {
  socket.emit("welcome", socket.handshake.auth);
  socket.on("echo", (...args) => socket.emit("echo", ...args));
  socket.on("acknowledge", (...args) => args.pop()(...args));
  socket.on("ask", (...args) => socket.emit("question", ...args, (...answer) => socket.emit("answered", ...answer)));
  socket.on("ignore", () => {});
  socket.on("big", (size) => socket.emit("big", "x".repeat(size)));
  socket.on("flood", (count) => {
    for (let number = 0; number < count; number++) socket.emit("number", number);
  });
  socket.on("wait", (milliseconds) => setTimeout(() => socket.emit("waited"), milliseconds));
  socket.on("leave", () => socket.disconnect());
  socket.on("disconnect", (reason) => {
    const how = reason === "client namespace disconnect" ? "left" : "lost";
    io.of("/watch").emit("gone", how);
  });
}

io.use((socket, next) => {
  if (socket.handshake.auth.token === "good") return next();
  next(new Error("not authorized"));
});
io.on("connection", behave);
io.of("/open").on("connection", behave);
io.of("/watch").on("connection", () => {});

http.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(http.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
