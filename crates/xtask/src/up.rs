//! Builds everything and serves it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::group::Group;
use crate::process::{self, signals};
use crate::provision::wasm_std::Choice;
use crate::report::Timeline;
use crate::web::{self, Profile};
use crate::workspace::Workspace;
use crate::{UpArgs, web_profile};

/// How long the server may take until it answers; the first start creates the database.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// Builds, serves until interrupted, and answers with the server's own exit code when it ends by itself.
pub(crate) fn run(workspace: &Workspace, args: &UpArgs) -> Result<ExitCode> {
    let address = available(args.listen)?;
    let data_dir = data_dir(workspace, args.data_dir.as_deref())?;
    let mut timeline = Timeline::default();
    if !args.no_web {
        let choice = args.wasm_std.wasm_std;
        let profile = web_profile(args.debug, args.devtools);
        timeline.step("provision", || web::prepare(workspace, choice, profile))?;
        timeline.step("page", || build_page(workspace, choice, profile))?;
    }
    let program = timeline.step("server", || build_server(workspace, args.debug))?;
    let (mut server, first_account) =
        timeline.step("start", || start_for_people(workspace, &program, address, &data_dir))?;
    eprint!("{}", timeline.summary());
    if let Some(file) = &args.timings {
        let text = serde_json::to_string(timeline.timings()).context("failed to write the timings")?;
        process::write_file(file, text)?;
    }
    println!("ready: http://{}/ (data in {}; Ctrl-C stops)", reachable(address), data_dir.display());
    if let Some(link) = first_account {
        println!("first account: {link}");
    }
    let status = server.wait()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn build_page(workspace: &Workspace, choice: Choice, profile: Profile) -> Result<()> {
    let manifest = web::build(workspace, choice, profile)?;
    if profile == Profile::Release
        && let Err(error) = web::budget::check(&manifest)
    {
        eprintln!("notice: {error}");
    }
    Ok(())
}

/// Builds `letip`; answers where it is.
pub(crate) fn build_server(workspace: &Workspace, debug: bool) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "letip"]);
    if !debug {
        cargo.arg("--release");
    }
    process::run(&mut cargo, "build the server")?;
    Ok(workspace.letip(if debug { "dev" } else { "release" }))
}

/// Builds `letip` like the tests, with the features of the whole workspace, so that nothing is compiled twice.
pub(crate) fn build_with_tests(workspace: &Workspace) -> Result<PathBuf> {
    process::run(workspace.cargo().args(["build", "--workspace", "--bin", "letip"]), "build the server")?;
    Ok(workspace.letip("dev"))
}

fn serve(workspace: &Workspace, program: &Path, address: SocketAddr, data_dir: &Path) -> Command {
    let mut command = workspace.command(program);
    command.args(["serve", "--listen", &address.to_string(), "--data-dir"]).arg(data_dir);
    command
}

/// The server, and the link that the first account is made with where there is none: it is told last, when whoever
/// waits can use it.
fn start_for_people(
    workspace: &Workspace,
    program: &Path,
    address: SocketAddr,
    data_dir: &Path,
) -> Result<(Group, Option<String>)> {
    let mut command = serve(workspace, program, address, data_dir);
    let mut server = Group::spawn(command.stdout(Stdio::piped()), "start the server")?;
    let stdout = server.take_stdout().context("the server has no output")?;
    let (told, link) = mpsc::channel();
    // Reads on to the end, so that the server never waits for a reader.
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(link) = line.strip_prefix("first account: ") {
                // Nobody may be waiting any more.
                _ = told.send(link.to_owned());
            }
        }
    });
    wait_until_ready(&mut server, address)?;
    // The server prints it before it answers.
    let link = link.recv_timeout(Duration::from_millis(200)).ok();
    Ok((server, link))
}

/// Waits until the server answers.
fn wait_until_ready(server: &mut Group, address: SocketAddr) -> Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    while !answers(reachable(address)) {
        signals::check()?;
        if let Some(status) = server.try_wait()? {
            bail!("the server ended while starting: {status}");
        }
        if Instant::now() > deadline {
            bail!("the server did not answer at {address} within {} s", READY_WITHIN.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// The server on a port that was free, with arguments of its own, and where it answers.
pub(crate) fn start_on_free_port(
    workspace: &Workspace,
    program: &Path,
    data_dir: &Path,
    args: &[&str],
) -> Result<(Group, SocketAddr)> {
    let address = available(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let mut command = serve(workspace, program, address, data_dir);
    let mut server = Group::spawn(command.args(args), "start the server")?;
    wait_until_ready(&mut server, address)?;
    Ok((server, address))
}

/// Whether the server says that it is ready.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let limit = Duration::from_secs(2);
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// The address to listen on: the one asked for when it is free, with a free port in the place of 0.
fn available(wanted: SocketAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind(wanted).with_context(|| {
        format!(
            "cannot listen on {wanted}; stop what listens there or choose another with --listen 127.0.0.1:0"
        )
    })?;
    listener.local_addr().context("failed to read the address listened on")
}

/// Where this machine reaches a server that listens on every address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn data_dir(workspace: &Workspace, wanted: Option<&Path>) -> Result<PathBuf> {
    let folder = wanted.map_or_else(|| workspace.root.join("data"), Path::to_path_buf);
    std::path::absolute(&folder).with_context(|| format!("cannot use {} as a folder", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_a_way_out() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = format!("{:#}", available(address).unwrap_err());
        assert!(error.contains(&address.to_string()) && error.contains("--listen"), "{error}");
    }

    #[test]
    fn port_zero_becomes_a_free_one() {
        assert_ne!(available("127.0.0.1:0".parse().unwrap()).unwrap().port(), 0);
    }

    #[test]
    fn a_server_on_every_address_is_reached_over_loopback() {
        for (listened, reached) in [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80")] {
            assert_eq!(reachable(listened.parse().unwrap()).to_string(), reached);
        }
    }

    #[test]
    fn ready_is_what_answers_200() {
        for (answer, ready) in [("HTTP/1.1 200 OK", true), ("HTTP/1.1 503 Service Unavailable", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let request = BufReader::new(&stream).lines().map(Result::unwrap);
                assert_eq!(request.take_while(|line| !line.is_empty()).count(), 3);
                // In one piece: who asked may leave as soon as it has read the status.
                stream.write_all(format!("{answer}\r\n\r\n").as_bytes()).unwrap();
            });
            assert_eq!(answers(address), ready, "{answer}");
            server.join().unwrap();
        }
    }
}
