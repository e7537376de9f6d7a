//! `letip users list|add|password|remove`: accounts without a page, also when nobody can sign in any more.

use std::io::{self, IsTerminal};

use contract::auth::{NewUser, User, UserChange, folded_email};
use contract::{FieldError, UserId};
use store::{NewAccount, Store};

use crate::cli::{UserAddArgs, UserArgs, UsersArgs, UsersCommand, UsersListArgs};
use crate::output::{self, Failure};
use crate::{data, table};

/// Runs the subcommand; without one, lists.
pub(crate) async fn run(args: UsersArgs) -> Result<(), Failure> {
    match args.command.unwrap_or(UsersCommand::List(args.list)) {
        UsersCommand::List(args) => list(&args).await,
        UsersCommand::Add(args) => add(args).await,
        UsersCommand::Password(args) => password(&args).await,
        UsersCommand::Remove(args) => remove(&args).await,
    }
}

async fn list(args: &UsersListArgs) -> Result<(), Failure> {
    let users = data::open(&args.data).await?.list_users().await?;
    if args.json {
        return output::print_json(&users);
    }
    if users.is_empty() {
        return output::print_line("nobody has an account; letip users add makes one");
    }
    let rows: Vec<[String; 4]> = users.iter().map(row).collect();
    output::print(&table::render(["ADDRESS", "NAME", "ROLE", "LAST SEEN"], &rows))
}

fn row(user: &User) -> [String; 4] {
    let seen = match (user.disabled, user.last_seen_at) {
        (true, _) => "disabled".to_owned(),
        (false, seen) => seen.map_or_else(|| "never".to_owned(), |seen| seen.to_string()),
    };
    [user.email.clone(), user.name.clone(), user.role.to_string(), seen]
}

async fn add(args: UserAddArgs) -> Result<(), Failure> {
    let password = read_password()?;
    let name = args.name.unwrap_or_else(|| args.email.clone());
    let new = NewUser { email: args.email, name, role: args.role, password };
    new.validate().map_err(wrong)?;
    let store = data::open(&args.data).await?;
    let account = NewAccount {
        email: folded_email(&new.email),
        name: new.name.trim().to_owned(),
        role: new.role,
        password_hash: server::hash_password(&new.password).await?,
    };
    let mut tx = store.begin().await?;
    let user = tx.insert_user(account).await?;
    tx.commit().await?;
    output::print_line(&format!("{} may sign in as {}", user.email, user.role))
}

async fn password(args: &UserArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let id = known(&store, &args.email).await?;
    let change = UserChange { password: Some(read_password()?), ..UserChange::default() };
    change.validate().map_err(wrong)?;
    let hash = server::hash_password(change.password.as_deref().unwrap_or_default()).await?;
    let mut tx = store.begin().await?;
    let user = tx.update_user(id, &change, Some(hash)).await?;
    tx.commit().await?;
    output::print_line(&format!("{} has another password, and is signed out everywhere", user.email))
}

async fn remove(args: &UserArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let id = known(&store, &args.email).await?;
    let mut tx = store.begin().await?;
    tx.delete_user(id).await?;
    tx.commit().await?;
    output::print_line(&format!("{} has no account any more", folded_email(&args.email)))
}

async fn known(store: &Store, email: &str) -> Result<UserId, Failure> {
    let found = store.credentials(&folded_email(email)).await?;
    let unknown =
        || Failure::usage(format!("{email} has no account")).hint("letip users lists those who have");
    found.map(|found| found.user.id).ok_or_else(unknown)
}

/// One line of stdin; on a terminal it is not shown.
fn read_password() -> Result<String, Failure> {
    let read = if io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ")
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    let line = read.map_err(|error| Failure::failed(format!("failed to read the password: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn wrong(errors: Vec<FieldError>) -> Failure {
    let told: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
    Failure::usage(told.join("; "))
}
