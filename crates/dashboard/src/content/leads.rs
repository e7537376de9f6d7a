//! What documents of forms about leads show.

use contract::duplicates::{LikelyDuplicate, MergePreview, MergedBusiness};
use contract::views::SavedView;
use contract::{Business, Contact, Problem};

use super::Done;
use crate::contact_form::{ContactEvidence, ContactForm};

/// A contact that is added or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactContent {
    /// Whose it is.
    pub lead: Business,
    /// As it is; absent where it is to be added.
    pub contact: Option<Contact>,
    /// The form as it is filled in.
    pub form: ContactForm,
    /// Why it was refused.
    pub refused: Option<Problem>,
    /// Where its values came from.
    pub evidence: Vec<ContactEvidence>,
}

/// The duplicates of a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicatesContent {
    /// The lead.
    pub lead: Business,
    /// What may be the same, the likeliest first.
    pub likely: Vec<LikelyDuplicate>,
    /// What was merged into it, the last first.
    pub merges: Vec<MergedBusiness>,
    /// Words that another lead was looked for by.
    pub search: String,
    /// What they found.
    pub found: Vec<Business>,
    /// What was done last.
    pub done: Option<Done>,
    /// Why something was not done.
    pub failed: Option<Problem>,
}

/// A merge, before it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeContent {
    /// What it would leave.
    pub preview: MergePreview,
    /// Why it was not made.
    pub failed: Option<Problem>,
}

/// One's saved views.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewsContent {
    /// Them.
    pub views: Vec<SavedView>,
    /// The list that may be saved, as it stands in a URL.
    pub query: String,
    /// The name that it is given, as it was typed.
    pub name: String,
    /// What was done last.
    pub done: Option<Done>,
    /// Why it was not saved.
    pub refused: Option<Problem>,
}

/// One saved view.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewContent {
    /// As it is.
    pub view: SavedView,
    /// The name as it was typed.
    pub name: String,
    /// Why it was not changed.
    pub refused: Option<Problem>,
}
