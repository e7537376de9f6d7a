//! What the documents of forms are rendered from: the server looks it up, and the page finds it as a context.

mod leads;
mod settings;

use contract::auth::{ApiToken, ApiTokenCreated, Me, Session, User};
use contract::import::{ImportField, ImportPreview};
use contract::suppression::{Suppression, SuppressionAdded};
use contract::{Page, Problem, Role};
use leptos::prelude::provide_context;

use crate::lead_form::LeadFailure;

pub use leads::{
    ContactContent, DuplicatesContent, MergeContent, PairDone, PairsContent, ViewContent, ViewsContent,
};
pub use settings::{Crawler, ServerSettings, SettingsContent, TileServer};

/// What a document that stands apart from the application shows.
#[derive(Clone, Debug, PartialEq)]
pub enum FormContent {
    /// The form of a lead that was refused.
    Lead(Box<LeadFailure>),
    /// A contact that is added or changed.
    Contact(Box<ContactContent>),
    /// The duplicates of a lead.
    Duplicates(Box<DuplicatesContent>),
    /// A merge, before it is made.
    Merge(Box<MergeContent>),
    /// Pairs of leads that may be one.
    Pairs(Box<PairsContent>),
    /// One's saved views.
    Views(Box<ViewsContent>),
    /// One saved view.
    View(Box<ViewContent>),
    /// One's own account.
    Account(Box<AccountContent>),
    /// The settings.
    Settings(Box<SettingsContent>),
    /// Everybody's accounts.
    Users(Box<UsersContent>),
    /// One account, for admins.
    User(Box<UserContent>),
    /// The suppression list.
    Suppression(Box<SuppressionContent>),
    /// A file to be imported.
    Import(Box<ImportContent>),
    /// Why there is nothing else to show.
    Refused(Problem),
}

impl FormContent {
    /// Puts it in place for the page that is rendered next.
    pub fn provide(&self) {
        provide_context(self.clone());
    }
}

/// What was done last, told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A password was changed.
    Password,
    /// A session was ended.
    Session,
    /// All other sessions were ended.
    Sessions,
    /// A token was ended.
    Token,
    /// An account was made.
    Added,
    /// An account was changed.
    Changed,
    /// An account was deleted.
    Deleted,
    /// Two leads became one.
    Merged,
    /// One lead became two again.
    Unmerged,
    /// A view was saved.
    ViewSaved,
    /// A view was renamed.
    ViewRenamed,
    /// A view was deleted.
    ViewDeleted,
    /// An entry was taken off the suppression list.
    Unsuppressed,
    /// A theme was chosen.
    Theme,
}

impl Done {
    const ALL: [Self; 14] = [
        Self::Password,
        Self::Session,
        Self::Sessions,
        Self::Token,
        Self::Added,
        Self::Changed,
        Self::Deleted,
        Self::Merged,
        Self::Unmerged,
        Self::ViewSaved,
        Self::ViewRenamed,
        Self::ViewDeleted,
        Self::Unsuppressed,
        Self::Theme,
    ];

    /// The word for it in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Session => "session",
            Self::Sessions => "sessions",
            Self::Token => "token",
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Merged => "merged",
            Self::Unmerged => "unmerged",
            Self::ViewSaved => "view-saved",
            Self::ViewRenamed => "view-renamed",
            Self::ViewDeleted => "view-deleted",
            Self::Unsuppressed => "unsuppressed",
            Self::Theme => "theme",
        }
    }

    /// What the query of an address says, such as `done=token`.
    #[must_use]
    pub fn of(query: &str) -> Option<Self> {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, word) = pairs.find(|(name, _)| name == "done")?;
        Self::ALL.into_iter().find(|done| done.as_str() == word)
    }

    /// The address of `path` with it.
    #[must_use]
    pub fn at(self, path: &str) -> String {
        format!("{path}?done={}", self.as_str())
    }

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Password => "The password was changed. You were signed out everywhere else.",
            Self::Session => "That browser was signed out.",
            Self::Sessions => "You were signed out everywhere else.",
            Self::Token => "The token was revoked: whatever uses it is refused from now on.",
            Self::Added => "The account was made.",
            Self::Changed => "The account was changed.",
            Self::Deleted => "The account was deleted.",
            Self::Merged => "The two leads are one now. It can be undone below.",
            Self::Unmerged => "The merge was undone: both leads are back as they were.",
            Self::ViewSaved => "The view was saved.",
            Self::ViewRenamed => "The view was renamed.",
            Self::ViewDeleted => "The view was deleted. Its leads stay as they are.",
            Self::Unsuppressed => {
                "It is no longer on the list. What was deleted does not come back by itself."
            }
            Self::Theme => "The theme was saved. It holds in every browser that you use.",
        }
    }
}

/// One's own account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountContent {
    /// Who it is.
    pub me: Me,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
    /// Their tokens.
    pub tokens: Vec<ApiToken>,
    /// What was done last.
    pub done: Option<Done>,
    /// What came of a form on the page.
    pub outcome: Option<AccountOutcome>,
}

/// What came of a form on the page of an account, where that is not another page.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountOutcome {
    /// The password was not changed.
    PasswordRefused(Problem),
    /// The token was not made.
    TokenRefused(TokenForm, Problem),
    /// The token was made: its secret is shown now and never again.
    TokenMade(Box<ApiTokenCreated>),
    /// Something else was not done.
    Failed(Problem),
}

/// The form that makes a token, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenForm {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Days until it ends.
    pub expires_in_days: String,
}

/// Everybody's accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct UsersContent {
    /// Them.
    pub users: Vec<User>,
    /// Who looks at them.
    pub me: Me,
    /// What was done last.
    pub done: Option<Done>,
    /// The form that adds one, as it was typed, and why it was refused.
    pub refused: Option<(NewUserForm, Problem)>,
}

/// The form that adds an account, as it was typed; the password is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewUserForm {
    /// What they will sign in with.
    pub email: String,
    /// What others see.
    pub name: String,
    /// What they may do.
    pub role: String,
}

/// One account, for admins.
#[derive(Clone, Debug, PartialEq)]
pub struct UserContent {
    /// As it is.
    pub user: User,
    /// Whether it is that of who looks at it.
    pub is_me: bool,
    /// The form as it was typed, and why it was refused.
    pub refused: Option<(UserForm, Problem)>,
}

/// The form that changes an account: what was typed beside what was seen, so that only what was touched is changed. The
/// password is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserForm {
    /// What others see.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// `no` where they may not sign in for now, else `yes`.
    pub sign_in: String,
}

impl UserForm {
    /// The form as an account fills it in.
    #[must_use]
    pub fn of(user: &User) -> Self {
        let sign_in = if user.disabled { "no" } else { "yes" };
        Self { name: user.name.clone(), role: user.role.to_string(), sign_in: sign_in.to_owned() }
    }
}

/// The suppression list.
#[derive(Clone, Debug, PartialEq)]
pub struct SuppressionContent {
    /// A page of it.
    pub list: Page<Suppression>,
    /// What was done last.
    pub done: Option<Done>,
    /// What came of the form on the page.
    pub outcome: Option<SuppressionOutcome>,
}

/// What came of the form of the suppression list, where that is not another page.
#[derive(Clone, Debug, PartialEq)]
pub enum SuppressionOutcome {
    /// It is on the list: the text is not kept, so that this is told now and never again.
    Added(Box<SuppressionAdded>),
    /// What was typed, and why nothing came of it.
    Refused(String, Problem),
}

/// A file to be imported.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportContent {
    /// It is to be chosen.
    Choose {
        /// Bytes that it may have.
        limit: u64,
        /// Why the last one cannot be used.
        refused: Option<Problem>,
    },
    /// It lies with the server, and nothing of it is written yet.
    Preview {
        /// Where the form that imports it goes.
        action: String,
        /// What stands in it.
        preview: Box<ImportPreview>,
        /// The form that corrects what its columns are taken for, where it has any.
        columns: Option<ImportColumns>,
    },
    /// It lies with the server, and a person has to say what its columns are.
    Columns {
        /// What it is called.
        name: String,
        /// The form that says so.
        columns: ImportColumns,
    },
}

/// What the columns of a table are taken for, to be corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportColumns {
    /// Where the form goes.
    pub action: String,
    /// The columns, in the table's order.
    pub columns: Vec<ColumnChoice>,
    /// How many more there are than the form has room for.
    pub more: usize,
    /// What is wrong with what they are taken for.
    pub refused: Option<Problem>,
}

impl ImportColumns {
    /// The most columns that the form has room for.
    pub const MOST: usize = 200;
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnChoice {
    /// What it is called; may be empty.
    pub name: String,
    /// What it is taken for; `None` leaves it out.
    pub field: Option<ImportField>,
    /// What its name says.
    pub by_name: Option<ImportField>,
    /// Some of its values.
    pub sample: Vec<String>,
}

impl ColumnChoice {
    /// What the name of its input begins with, before its index from 0.
    pub const PREFIX: &str = "column-";
}

/// What a role allows, for people.
pub(crate) fn role_label(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer: reads",
        Role::Member => "Member: everything but accounts",
        Role::Admin => "Admin: everything",
    }
}

/// The roles up to `most`, to choose from.
pub(crate) fn roles(most: Role) -> impl Iterator<Item = (&'static str, String)> {
    let all = Role::ALL.iter().copied().filter(move |role| *role <= most);
    all.map(|role| (role.as_str(), role_label(role).to_owned()))
}
