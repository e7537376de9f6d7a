//! Every check and test, and one count at the end.

use std::process::ExitCode;

use anyhow::Result;

use crate::process::signals;
use crate::provision::wasm_std::Choice;
use crate::test::report::Report;
use crate::test::session::Session;
use crate::workspace::Workspace;

mod agreement;
mod browser;
mod checks;
mod count;
mod coverage;
mod database;
mod features;
mod fuzz;
mod interop;
mod needs;
mod readme;
mod report;
mod rust;
mod schema;
mod session;
mod wasm;

/// Runs the steps one after the other, a failed one included, prints a line for each, and the count last. With `only`,
/// that step alone, behind provisioning.
pub(crate) fn run(
    workspace: &Workspace,
    fast: bool,
    only: Option<String>,
    choice: Choice,
) -> Result<ExitCode> {
    let mut report = Report::of(only);
    let session = Session::new(workspace, choice);
    if fast {
        quick_steps(&session, &mut report);
    } else {
        all_steps(session, &mut report);
    }
    signals::check()?;
    report.expect_any()?;
    print!("{}", report.summary());
    println!("{}", report.total());
    Ok(if report.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn quick_steps(session: &Session<'_>, report: &mut Report) {
    report.step("provision", || needs::components(session.workspace));
    report.step("format", || checks::format(session.workspace));
    report.step("clippy", || checks::clippy(session.workspace));
    report.step("tests", || rust::tests(session));
}

fn all_steps(mut session: Session<'_>, report: &mut Report) {
    report.step("provision", || session.provision());
    report.step("format", || checks::format(session.workspace));
    report.step("page", || session.build_page());
    report.step("clippy", || checks::clippy(session.workspace));
    report.step("clippy wasm", || wasm::clippy(&session));
    report.step("features", || features::combinations(&session));
    report.step("database", || session.start_database());
    report.step("tests", || rust::tests(&session));
    report.step("coverage", || coverage::measure(session.workspace));
    report.step("doc tests", || rust::doc_tests(session.workspace));
    report.step("schedules", || rust::schedules(session.workspace));
    report.step("fuzz", || fuzz::targets(session.workspace));
    report.step("wasm tests", || wasm::tests(&session));
    report.step("interop tests", || interop::tests(&session));
    report.step("developer page", || session.build_developer_page());
    report.step("browser tests", || browser::tests(&session));
    report.step("api schema", || schema::requests(&session));
    report.step("conformance", || agreement::scenarios(&session));
    report.step("documentation", || checks::documentation(session.workspace));
    report.step("readme", || readme::check(session.workspace));
    report.step("dependencies", || checks::dependencies(session.workspace));
}
