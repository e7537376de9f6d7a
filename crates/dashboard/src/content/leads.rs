//! What documents of forms about leads show.

use contract::duplicates::{DuplicatePair, LikelyDuplicate, MergePreview, MergedBusiness};
use contract::views::SavedView;
use contract::{Business, BusinessId, Contact, Page, Problem};

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

/// Pairs of leads that may be one, or that are said to be two.
#[derive(Clone, Debug, PartialEq)]
pub struct PairsContent {
    /// A page of them.
    pub list: Page<DuplicatePair>,
    /// Whether they are those that are said to be two.
    pub apart: bool,
    /// What was done last.
    pub done: Option<PairDone>,
    /// Why something was not done.
    pub failed: Option<Problem>,
}

/// What was done to a pair of leads, told once; an address holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairDone {
    /// The second became part of the first.
    Merged(BusinessId, BusinessId),
    /// They were said to be two.
    Apart(BusinessId, BusinessId),
    /// Either was undone.
    Undone,
}

impl PairDone {
    /// What the query of an address says, such as `done=merged&one=1&other=2`.
    #[must_use]
    pub fn of(query: &str) -> Option<Self> {
        let value = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value)
        };
        let lead = |name| value(name)?.parse().ok().filter(|id: &BusinessId| id.0 > 0);
        match value("done")?.as_ref() {
            "merged" => Some(Self::Merged(lead("one")?, lead("other")?)),
            "apart" => Some(Self::Apart(lead("one")?, lead("other")?)),
            "undone" => Some(Self::Undone),
            _ => None,
        }
    }

    /// The address of `path` with it; `path` may have a query.
    #[must_use]
    pub fn at(self, path: &str) -> String {
        let joined = if path.contains('?') { '&' } else { '?' };
        match self {
            Self::Merged(one, other) => format!("{path}{joined}done=merged&one={one}&other={other}"),
            Self::Apart(one, other) => format!("{path}{joined}done=apart&one={one}&other={other}"),
            Self::Undone => format!("{path}{joined}done=undone"),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_to_a_pair_stands_in_an_address() {
        let (one, other) = (BusinessId(7), BusinessId(8));
        for done in [PairDone::Merged(one, other), PairDone::Apart(one, other), PairDone::Undone] {
            for path in ["/duplicates", "/duplicates?page=2"] {
                let address = done.at(path);
                assert_eq!(PairDone::of(address.split_once('?').unwrap().1), Some(done), "{address}");
            }
        }
        for nothing in
            ["", "done=other", "done=merged", "done=merged&one=1&other=x", "done=apart&one=0&other=1"]
        {
            assert_eq!(PairDone::of(nothing), None, "{nothing}");
        }
    }
}
