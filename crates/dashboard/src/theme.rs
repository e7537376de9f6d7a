//! Light, dark or the system's appearance: the person's choice stands in the document as the server has it, and the browser
//! keeps one for where nobody is signed in or nothing was chosen. It is applied before the first paint.

use contract::Endpoint;
use contract::columns::Theme;
use contract::endpoints::UpdateAppearance;
use leptos::prelude::*;
use markup::{Node, view};

use crate::components::icon::{Icon, icon};
use crate::reaction::{Var, react};

/// Runs in the document's head before anything is painted. What the server says holds, and is what the browser keeps from
/// then on.
pub const SCRIPT: &str = "try{const root=document.documentElement.dataset,kept=localStorage;\
    if(root.theme)kept.setItem('theme',root.theme);\
    else{const t=kept.getItem('theme');if(t==='light'||t==='dark')root.theme=t}}catch{}";

/// Id of the notice that the server does not have the choice.
pub(crate) const UNSAVED_ID: &str = "theme-unsaved";

/// Has the server keep what the switch is set to, one choice after the other; says for a while where it does not. It is the
/// document's and not the program's, which every page waits for.
pub(crate) fn saving() -> String {
    format!(
        "{{let last=Promise.resolve();addEventListener('change',({{target:{{name,value}}}})=>{{if(name!=='theme')return;\
        last=last.then(()=>fetch({:?},{{method:{:?},keepalive:true,headers:{{'content-type':'application/json'}},\
        body:JSON.stringify({{theme:value}})}})).then(answer=>answer.ok,()=>false).then(isKept=>{{\
        const notice=document.getElementById({UNSAVED_ID:?});notice.hidden=isKept;\
        if(!isKept)setTimeout(()=>notice.hidden=true,8000)}})}})}}",
        UpdateAppearance::PATH,
        UpdateAppearance::METHOD.as_str(),
    )
}

/// What a browser paints with before it has the style: the schemes that a theme allows.
pub(crate) fn color_scheme(theme: Option<Theme>) -> &'static str {
    match theme {
        Some(Theme::Light) => "light",
        Some(Theme::Dark) => "dark",
        Some(Theme::System) | None => "light dark",
    }
}

/// What people call it.
pub(crate) fn label(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

fn icon_of(theme: Theme) -> Icon {
    match theme {
        Theme::System => Icon::Screen,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    }
}

/// Three radio buttons; nothing is chosen before the browser says what is kept.
pub(crate) fn theme_switch() -> Node {
    let theme = Var::new(Theme::System);
    react(move || {
        let kept = applied();
        theme.set(
            Theme::ALL
                .iter()
                .copied()
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
            {Theme::ALL.iter().map(|option| option_view(*option, theme, choose)).collect::<Node>()}
        </fieldset>
    }
}

fn option_view(option: Theme, theme: Var<Theme>, choose: impl Fn(Theme) + Send + 'static) -> Node {
    view! {
        <label class="switch__option" title=label(option)>
            <input type="radio" name="theme" value=option.as_str() class="hidden"
                prop:checked=move || theme.get() == option on:change=move |_| choose(option)/>
            {icon(icon_of(option))}
            <span class="hidden">{label(option)}</span>
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
