//! Fields of forms that are sent as they are: what stands in them and what is wrong is known when they are written.

use contract::{FieldError, Problem};
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::components::icon::{Icon, icon};
use crate::components::load::sentence;

/// What was wrong with a form, if it was sent already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refusal<'a>(pub(crate) Option<&'a Problem>);

impl<'a> Refusal<'a> {
    /// What is wrong with that field.
    fn of(self, name: &str) -> Option<&'a FieldError> {
        self.0.and_then(|problem| problem.errors.iter().find(|error| error.field == name))
    }

    /// What is wrong beyond single fields.
    pub(crate) fn line(self) -> Option<Node> {
        let problem = self.0.filter(|problem| problem.errors.is_empty())?;
        let text = sentence(&problem.detail);
        Some(view! { <p class="form__error" role="alert">{icon(Icon::Alert)}<span>{text}</span></p> })
    }

    /// Whatever is wrong, in one place: for a form whose fields are rows of a table.
    pub(crate) fn told(self) -> Option<Node> {
        let problem = self.0?;
        let text = problem.errors.first().map_or(&problem.detail, |error| &error.message);
        let text = sentence(text);
        Some(view! { <p class="form__error" role="alert">{icon(Icon::Alert)}<span>{text}</span></p> })
    }

    /// A one-line input. The first one that is wrong has the focus.
    pub(crate) fn input(self, text: FieldText, kind: Input, value: &str) -> Node {
        let error = self.of(text.name);
        let value = if kind.is_secret() { None } else { Some(value.to_owned()) };
        let control = view! {
            <input class="input" id=text.name name=text.name type=kind.kind() autocomplete=kind.autocomplete()
                inputmode=kind.mode() value=value aria-describedby=described_by(text, error)
                aria-invalid=error.map(|_| "true") autofocus=error.is_some()/>
        };
        labelled(text, error, control)
    }

    /// A choice of one.
    pub(crate) fn select(
        self,
        text: FieldText,
        options: impl IntoIterator<Item = (&'static str, String)>,
        chosen: &str,
    ) -> Node {
        let error = self.of(text.name);
        let option = |(value, label): (&'static str, String)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{label}</option> }
        };
        let options = options.into_iter().map(option).collect::<Node>();
        let control = view! {
            <select class="input" id=text.name name=text.name aria-describedby=described_by(text, error)
                aria-invalid=error.map(|_| "true") autofocus=error.is_some()>{options}</select>
        };
        labelled(text, error, control)
    }

    /// A choice of one of a few that are all to be seen; nothing is chosen where `chosen` is none of them.
    pub(crate) fn radios(
        self,
        text: FieldText,
        options: impl IntoIterator<Item = (&'static str, &'static str)>,
        chosen: &str,
    ) -> Node {
        let error = self.of(text.name);
        let option = |(at, (value, label)): (usize, (&'static str, &'static str))| {
            let (is_chosen, has_focus) = (value == chosen, at == 0 && error.is_some());
            view! {
                <label class="choice">
                    <input type="radio" name=text.name value=value checked=is_chosen autofocus=has_focus/>
                    <span>{label}</span>
                </label>
            }
        };
        let options = options.into_iter().enumerate().map(option).collect::<Node>();
        view! {
            <fieldset class="field" aria-describedby=described_by(text, error)>
                <legend class="field__label">{text.label}</legend>
                <div class="choices">{options}</div>
                {below(text, error)}
            </fieldset>
        }
    }

    /// A file.
    pub(crate) fn file(self, text: FieldText, accept: &'static str) -> Node {
        let error = self.of(text.name);
        let control = view! {
            <input class="input input--file" id=text.name name=text.name type="file" accept=accept
                aria-describedby=described_by(text, error) aria-invalid=error.map(|_| "true")
                autofocus=error.is_some()/>
        };
        labelled(text, error, control)
    }
}

/// What is typed into an input, and what a browser may fill it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Text,
    Number,
    /// The name of another person.
    Name,
    /// The address of another person.
    Email,
    /// A phone number.
    Phone,
    /// A web address.
    Url,
    CurrentPassword,
    NewPassword,
}

impl Input {
    /// Whether what was typed is never written into a page.
    fn is_secret(self) -> bool {
        matches!(self, Self::CurrentPassword | Self::NewPassword)
    }

    fn kind(self) -> &'static str {
        match self {
            Self::CurrentPassword | Self::NewPassword => "password",
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Text | Self::Number | Self::Name | Self::Url => "text",
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
            Self::Text | Self::Number | Self::Name | Self::Email | Self::Phone | Self::Url => "off",
        }
    }

    fn mode(self) -> Option<&'static str> {
        match self {
            Self::Number => Some("numeric"),
            Self::Url => Some("url"),
            _ => None,
        }
    }
}

fn labelled(text: FieldText, error: Option<&FieldError>, control: Node) -> Node {
    view! {
        <div class="field">
            <label class="field__label" for=text.name>{text.label}</label>
            {control}
            {below(text, error)}
        </div>
    }
}

/// The hint, and what is wrong.
fn below(text: FieldText, error: Option<&FieldError>) -> Node {
    let error = error.map(|error| {
        let message = sentence(&error.message);
        view! { <p class="field__error" id=format!("{}-error", text.name) role="alert">{message}</p> }
    });
    view! {
        <p class="field__hint" id=format!("{}-hint", text.name)>{text.hint}</p>
        {error}
    }
}

fn described_by(text: FieldText, error: Option<&FieldError>) -> String {
    let name = text.name;
    if error.is_some() { format!("{name}-error {name}-hint") } else { format!("{name}-hint") }
}

/// A form that is one button. `about` says what it is for, beyond its `text`, to whoever does not see what stands beside
/// it.
pub(crate) fn button_form(action: String, class: &'static str, text: &'static str, about: &str) -> Node {
    let about = (!about.is_empty()).then(|| format!("{text}: {about}"));
    view! {
        <form method="post" action=action>
            <button type="submit" class=class aria-label=about>{text}</button>
        </form>
    }
}

/// What was just done, above the rest of the page.
pub(crate) fn notice(text: &'static str) -> Node {
    view! { <p class="notice" role="status">{icon(Icon::Check)}<span>{text}</span></p> }
}
