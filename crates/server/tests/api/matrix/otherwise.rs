//! What looks wrong and is answered otherwise than a wrong field, each with its reason.

use super::cases::Case;

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// It is taken: the answer is the operation's success.
    Taken,
    /// It is refused with that status, and no field is named.
    Refused(u16),
}

/// Which operations, places and ways of being wrong, each with commas between them, are answered so, and why.
pub(super) struct Rule {
    operations: &'static str,
    places: &'static str,
    hows: &'static str,
    pub(super) answer: Otherwise,
    pub(super) why: &'static str,
}

const LISTS: &str = "listBusinesses, getFacets, getBusinessMap, exportBusinesses";

pub(super) const RULES: &[Rule] = &[
    Rule {
        operations: LISTS,
        places: "query search",
        hows: "empty, blank, a line break",
        answer: Otherwise::Taken,
        why: "a search is words: none leave nothing out, and whatever space is pasted between them parts them",
    },
    Rule {
        operations: "bulkBusinesses, enrichBatch",
        places: "body filter.search",
        hows: "empty, blank",
        answer: Otherwise::Taken,
        why: "a filter selects what the list of the same filter shows",
    },
    Rule {
        operations: "bulkBusinesses",
        places: "body filter.search",
        hows: "a line break",
        answer: Otherwise::Taken,
        why: "it parts two words, and so selects no lead",
    },
    Rule {
        operations: "enrichBatch",
        places: "body filter.search",
        hows: "a line break",
        answer: Otherwise::Refused(422),
        why: "it parts two words, and a batch of no lead is refused",
    },
    Rule {
        operations: "getFacets",
        places: "query cursor",
        hows: "empty, blank",
        answer: Otherwise::Taken,
        why: "facets are of all pages: paging is not heeded, so that a client sends the query of its list as it is",
    },
    Rule {
        operations: "bulkBusinesses, enrichBatch",
        places: "body filter.cursor",
        hows: "empty, blank",
        answer: Otherwise::Taken,
        why: "order and paging of a filter are not heeded, so that a client sends the query of its list as it is",
    },
    Rule {
        operations: "suggestCategories, suggestLocations",
        places: "query q",
        hows: "empty, blank, a line break",
        answer: Otherwise::Taken,
        why: "it is what was typed so far: where that is nothing, the commonest are suggested",
    },
    Rule {
        operations: "retryFailedJobs",
        places: "query cause",
        hows: "empty, blank, a line break",
        answer: Otherwise::Taken,
        why: "a cause is compared with what jobs left, which may be of several lines; no job left that one",
    },
    Rule {
        operations: "createBusiness, updateBusiness",
        places: "body notes, body description",
        hows: "a line break",
        answer: Otherwise::Taken,
        why: "they are of several lines",
    },
    Rule {
        operations: "createView, updateView",
        places: "body query",
        hows: "empty",
        answer: Otherwise::Taken,
        why: "the list of all leads has an empty query",
    },
    Rule {
        operations: "login",
        places: "body email, body password",
        hows: "blank",
        answer: Otherwise::Refused(401),
        why: "nobody is told whether the address or the password is wrong",
    },
    Rule {
        operations: "setup",
        places: "body token",
        hows: "blank",
        answer: Otherwise::Refused(403),
        why: "a link that opens nothing is told as one that is used up",
    },
];

/// The position of the rule for a case; none where it is answered as any wrong field.
pub(super) fn rule(operation: &str, case: &Case) -> Option<usize> {
    let holds = |list: &str, word: &str| list.split(", ").any(|known| known == word);
    RULES.iter().position(|rule| {
        holds(rule.operations, operation) && holds(rule.places, &case.place) && holds(rule.hows, case.how)
    })
}
