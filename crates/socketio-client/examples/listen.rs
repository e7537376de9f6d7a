//! Prints every event of a Socket.IO server: `listen URL [NAMESPACE]`.

use std::process::ExitCode;

use futures::StreamExt;
use socketio_client::{Options, Socket, SocketEvent};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(url) = args.next() else {
        eprintln!("usage: listen URL [NAMESPACE]");
        return ExitCode::from(2);
    };
    let namespace = args.next().unwrap_or_else(|| "/".to_owned());
    match Socket::connect(Options::new(url).namespace(namespace)) {
        Ok((socket, mut events)) => {
            while let Some(event) = events.next().await {
                print(event);
            }
            drop(socket);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn print<A>(event: SocketEvent<A>) {
    match event {
        SocketEvent::Event { name, data, .. } => {
            let args: Vec<&str> = (0..data.len()).filter_map(|index| data.raw(index)).collect();
            println!("{name} {}", args.join(" "));
        }
        SocketEvent::Connected { id } => eprintln!("connected as {id}"),
        SocketEvent::Disconnected { reason } => eprintln!("disconnected: {reason}"),
        SocketEvent::ConnectError(error) => eprintln!("could not connect: {error}"),
        SocketEvent::Reconnecting { attempt, delay } => eprintln!("attempt {attempt} in {delay:?}"),
        _ => {}
    }
}
