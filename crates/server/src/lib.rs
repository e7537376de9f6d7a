//! HTTP API, Socket.IO gateway, server-side rendering, static assets.
