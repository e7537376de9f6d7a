//! The API beside its OpenAPI document, with requests that fit it and requests that do not.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use crate::process::{self, group::Group};
use crate::provision::python;
use crate::test::report::Outcome;
use crate::test::session::Session;
use crate::up;
use crate::workspace::Workspace;

/// Who signs in. It is no secret: the database is new, on loopback, and gone after the run.
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a password of the schema tests";
/// Enrichment is on, so that its endpoints do more than to say that it is off. No business has a website that is read.
const CONTACT: &str = "https://letip.example/contact";

/// One caller asks more often than anybody may: nothing would be seen but that.
const UNLIMITED: [&str; 6] = ["--reads-a-minute", "0", "--changes-a-minute", "0", "--heavy-a-minute", "0"];

/// What may not be in an answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,negative_data_rejection,\
                      unsupported_method";
/// Requests of each kind that are made up for each endpoint.
const EXAMPLES: &str = "25";
/// The same in every run, so that a change is what a failure tells of.
const SEED: &str = "1";
/// They end the sign-in of the requests after them.
const END_SIGN_IN: [&str; 2] = ["logout", "revokeToken"];

const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// Sends them, signed in and not.
pub(crate) fn requests(session: &Session<'_>) -> Result<Outcome> {
    let Some(python) = &session.needs.python else {
        let (major, minor) = python::OLDEST;
        return Ok(Outcome::Skipped(format!("it needs Python {major}.{minor} or newer with venv")));
    };
    let workspace = session.workspace;
    let folder = workspace.root.join("tests/schema");
    python.install(&folder)?;
    let program = up::build_with_tests(workspace)?;
    let data = tempfile::tempdir().context("failed to make a folder for the database")?;
    add_account(workspace, &program, data.path())?;
    let (mut server, address) = up::start_on_free_port(
        workspace,
        &program,
        data.path(),
        &[&["--contact-url", CONTACT], &UNLIMITED[..]].concat(),
    )?;
    let schemathesis = || {
        let mut command = workspace.command(folder.join(".venv/bin/st"));
        // What it keeps for itself goes with the database.
        command.current_dir(data.path());
        command
    };
    let sign_in = folder.join("sign_in.py");
    let sent =
        send(schemathesis(), address, Some(&sign_in)).and_then(|()| send(schemathesis(), address, None));
    server.stop(Signal::TERM, STOPPED_WITHIN);
    sent.map(|()| Outcome::Done)
}

fn add_account(workspace: &Workspace, program: &Path, data: &Path) -> Result<()> {
    let mut command = workspace.command(program);
    command.args(["users", "add", EMAIL, "--name", "Ada", "--role", "admin", "--data-dir"]).arg(data);
    let mut adding = Group::spawn_asked(&mut command, "add an account")?;
    let mut stdin = adding.take_stdin().context("the command takes no password")?;
    stdin.write_all(PASSWORD.as_bytes()).context("failed to give a password")?;
    drop(stdin);
    process::expect_success(adding.wait()?, "add an account")
}

/// Has every endpoint asked, in the name of whom `sign_in` signs in, or of nobody.
fn send(mut command: Command, address: SocketAddr, sign_in: Option<&Path>) -> Result<()> {
    let url = format!("http://{address}");
    command.arg("run").arg(format!("{url}/api/openapi.json")).args(["--checks", CHECKS]);
    command.args(["--max-examples", EXAMPLES, "--seed", SEED, "--workers", "1", "--no-color"]);
    if let Some(sign_in) = sign_in {
        command.env("SCHEMATHESIS_HOOKS", sign_in);
        command.env("LETIP_ADDRESS", &url).env("LETIP_EMAIL", EMAIL).env("LETIP_PASSWORD", PASSWORD);
        command.args(END_SIGN_IN.iter().flat_map(|operation| ["--exclude-operation-id", operation]));
    }
    let whose = if sign_in.is_some() { "signed in" } else { "as nobody" };
    process::run(&mut command, &format!("have the API answer as its document says, {whose}"))
}
