//! What a person may put on the suppression list.

use contract::FieldError;
use contract::suppression::NewSuppression;
use discovery::matching::{domain, is_shared_platform};
use enrichment::verify::gives_mailboxes;
use store::suppression::Subject;

/// What the request names, as the list has it.
///
/// # Errors
/// When it is no address or no domain, or the domain of many: the entry would cover people who asked for nothing.
pub fn subject(new: &NewSuppression) -> Result<Subject, FieldError> {
    if let Some(email) = &new.email {
        let message = "this is no e-mail address; write name@example.com";
        return Subject::email(email).ok_or_else(|| FieldError::new("email", "format", message));
    }
    let wrong = |code: &str, message: &str| FieldError::new("domain", code, message);
    let typed = new.domain.as_deref().unwrap_or_default().trim();
    let subject = Subject::domain(typed);
    let subject =
        subject.ok_or_else(|| wrong("format", "this is no domain; write one such as example.com"))?;
    let below = format!("any.{typed}");
    // A name directly under an ending is registered itself.
    let labels = |domain: &str| domain.split('.').count();
    let registered = domain(&format!("https://{below}/")).filter(|found| labels(found) < labels(&below));
    let Some(registered) = registered else {
        return Err(wrong("format", "this is an ending under which others have domains; name one of those"));
    };
    if is_shared_platform(&registered) || gives_mailboxes(&registered) {
        return Err(wrong("shared", "this domain is many people's; give the one address instead"));
    }
    Ok(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_cover_others_is_refused() {
        let code = |text: &str| subject(&NewSuppression::typed(text)).err().map(|error| error.code);
        assert_eq!(code("Jane@example.org"), None);
        assert_eq!(code("shop.example.co.uk"), None);
        for text in ["jane@", "jane@home"] {
            assert_eq!(code(text).as_deref(), Some("format"), "{text}");
        }
        for text in ["home", "co.uk", "exa mple.org"] {
            assert_eq!(code(text).as_deref(), Some("format"), "{text}");
        }
        for text in ["gmail.com", "facebook.com", "acme.wixsite.com"] {
            assert_eq!(code(text).as_deref(), Some("shared"), "{text}");
        }
    }
}
