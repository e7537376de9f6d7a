//! Why the server could not start or go on.

use std::io;
use std::net::SocketAddr;

use store::StoreError;

/// Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Another program listens there.
    #[error(
        "port {} of {} is taken by another program; stop that program or choose another port, such as {}:0 for any free one",
        .0.port(), .0.ip(), .0.ip()
    )]
    PortTaken(SocketAddr),
    /// Ports below 1024 belong to the system.
    #[error("listening on {0} is not permitted; choose a port from 1024 up")]
    PortForbidden(SocketAddr),
    /// The address is not one of this machine's, or listening failed in another way.
    #[error("cannot listen on {address}: {source}; choose an address of this machine")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}; without them nobody can sign in safely")]
    Random(String),
    /// The database failed while starting.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServerError {
    pub(crate) fn of_listening(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortTaken(address),
            io::ErrorKind::PermissionDenied => Self::PortForbidden(address),
            _ => Self::Listen { address, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_what_to_do() {
        let address: SocketAddr = "127.0.0.1:3030".parse().unwrap();
        let error = ServerError::of_listening(address, io::ErrorKind::AddrInUse.into());
        assert_eq!(
            error.to_string(),
            "port 3030 of 127.0.0.1 is taken by another program; stop that program or choose another port, \
             such as 127.0.0.1:0 for any free one"
        );
    }
}
