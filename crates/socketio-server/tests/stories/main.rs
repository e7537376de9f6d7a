//! The server, with clients over a real listener and requests by hand.

mod polling;
mod support;
mod upgrade;
mod websocket;
