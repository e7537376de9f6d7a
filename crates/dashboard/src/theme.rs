//! Light, dark or the system's appearance: kept in the browser, applied before the first paint.

use leptos::prelude::*;
use markup::{Node, view};

use crate::components::icon::{Icon, icon};
use crate::reaction::{Var, react};

/// Runs in the document's head before anything is painted.
pub const SCRIPT: &str = "try{const t=localStorage.getItem('theme');\
    if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::System => Icon::Screen,
            Self::Light => Icon::Sun,
            Self::Dark => Icon::Moon,
        }
    }
}

/// Three radio buttons; nothing is chosen before the browser says what is kept.
pub(crate) fn theme_switch() -> Node {
    let theme = Var::new(Theme::System);
    react(move || {
        let kept = applied();
        theme.set(
            Theme::ALL
                .into_iter()
                .find(|theme| Some(theme.as_str()) == kept.as_deref())
                .unwrap_or(Theme::System),
        );
    });
    let choose = move |next: Theme| {
        theme.set(next);
        apply(next);
    };
    view! {
        <fieldset class="switch needs-script">
            <legend class="hidden">"Appearance"</legend>
            {Theme::ALL.into_iter().map(|option| option_view(option, theme, choose)).collect::<Node>()}
        </fieldset>
    }
}

fn option_view(option: Theme, theme: Var<Theme>, choose: impl Fn(Theme) + Send + 'static) -> Node {
    view! {
        <label class="switch__option" title=option.label()>
            <input type="radio" name="theme" value=option.as_str() class="hidden"
                prop:checked=move || theme.get() == option on:change=move |_| choose(option)/>
            {icon(option.icon())}
            <span class="hidden">{option.label()}</span>
        </label>
    }
}

fn root() -> Option<web_sys::Element> {
    document().document_element()
}

fn applied() -> Option<String> {
    root()?.get_attribute("data-theme")
}

/// Shows `theme` and keeps it; where the browser keeps nothing, it holds until the page is left.
fn apply(theme: Theme) {
    let Some(root) = root() else { return };
    let storage = window().local_storage().ok().flatten();
    // A refusal to keep the choice does not hinder showing it.
    if theme == Theme::System {
        let _ = root.remove_attribute("data-theme");
        let _ = storage.map(|storage| storage.remove_item("theme"));
    } else {
        let _ = root.set_attribute("data-theme", theme.as_str());
        let _ = storage.map(|storage| storage.set_item("theme", theme.as_str()));
    }
}
