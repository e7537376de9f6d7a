//! The native driver against the reference implementation, npm's `socket.io`.

use crate::scenarios::scenarios;
use crate::server::NodeServer;

scenarios!(NodeServer, #[ignore = "needs npm ci in tests/interop; cargo xtask test runs it"]);
