//! What the steps of one run share.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::provision::wasm_std::Choice;
use crate::test::database::Database;
use crate::test::needs::{self, Needs};
use crate::test::report::Outcome;
use crate::web::{self, Profile, budget};
use crate::workspace::Workspace;

/// The variable that names the server of the tests.
const POSTGRES_URL: &str = "LETIP_TEST_POSTGRES_URL";

/// One run.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) choice: Choice,
    pub(crate) needs: Needs,
    /// Whether the page was built in this run.
    pub(crate) has_page: bool,
    /// Folder of the page with the developer panel, once it was built in this run.
    pub(crate) developer_page: Option<PathBuf>,
    database: Server,
}

/// The PostgreSQL server of the tests.
#[derive(Debug)]
enum Server {
    /// Tests that need one are left out.
    None,
    /// The caller's, which the environment names.
    Given,
    /// This run's own.
    Own(Database),
}

impl<'a> Session<'a> {
    /// With nothing found or started yet.
    pub(crate) fn new(workspace: &'a Workspace, choice: Choice) -> Self {
        let (needs, database) = (Needs::default(), Server::None);
        Self { workspace, choice, needs, has_page: false, developer_page: None, database }
    }

    pub(crate) fn provision(&mut self) -> Result<Outcome> {
        let installed = needs::install(given_database().is_some());
        // What could not be installed only keeps its own steps from running.
        self.needs = Needs::find();
        installed?;
        needs::components(self.workspace)
    }

    pub(crate) fn build_page(&mut self) -> Result<Outcome> {
        let manifest = web::build(self.workspace, self.choice, Profile::Release)?;
        // A page over its budget can still be looked at.
        self.has_page = true;
        eprint!("{}", budget::table(&manifest));
        budget::check(&manifest)?;
        Ok(Outcome::Done)
    }

    /// For the journeys alone: it is not what the server embeds.
    pub(crate) fn build_developer_page(&mut self) -> Result<Outcome> {
        if self.needs.node.is_none() || self.needs.chromium.is_none() {
            return Ok(Outcome::Skipped("nothing here opens it".into()));
        }
        self.developer_page = Some(web::build_for_developers(self.workspace, self.choice)?);
        Ok(Outcome::Done)
    }

    pub(crate) fn start_database(&mut self) -> Result<Outcome> {
        if given_database().is_some() {
            eprintln!("using the server that {POSTGRES_URL} names");
            self.database = Server::Given;
            return Ok(Outcome::Done);
        }
        let Some(programs) = &self.needs.postgres else {
            return Ok(Outcome::Skipped("PostgreSQL is missing; tests that need it are left out".into()));
        };
        self.database = Server::Own(Database::start(programs, self.workspace)?);
        Ok(Outcome::Done)
    }

    /// Whether tests can reach a PostgreSQL server.
    pub(crate) fn has_database(&self) -> bool {
        !matches!(self.database, Server::None)
    }

    /// Tells a command's tests where the server is.
    pub(crate) fn point_to_database(&self, command: &mut Command) {
        match &self.database {
            Server::None => command.env_remove(POSTGRES_URL),
            Server::Given => command,
            Server::Own(database) => command.env(POSTGRES_URL, database.url()),
        };
    }
}

fn given_database() -> Option<String> {
    env::var(POSTGRES_URL).ok().filter(|url| !url.is_empty())
}
