//! Line icons on a grid of 16.

use markup::{Node, view};

/// The icons that pages use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Alert,
    Check,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    Close,
    Down,
    Edit,
    External,
    Home,
    Jobs,
    Keyboard,
    Leads,
    Mail,
    Minus,
    Moon,
    Person,
    Phone,
    Plus,
    Retry,
    Screen,
    Search,
    Sliders,
    Spark,
    Stop,
    Sun,
    Up,
    Web,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M8 2.2 14.5 13.5h-13L8 2.2ZM8 6.5v3M8 11.6v.1",
            Self::Check => "m3 8.5 3.2 3.2L13 4.8",
            Self::ChevronDown => "m4 6 4 4 4-4",
            Self::ChevronLeft => "m10 4-4 4 4 4",
            Self::ChevronRight => "m6 4 4 4-4 4",
            Self::Close => "m4 4 8 8M12 4l-8 8",
            Self::Down => "M8 3v10M4 9l4 4 4-4",
            Self::Edit => "M10.8 2.8l2.4 2.4L5.6 12.8l-3 .6.6-3 7.6-7.6ZM9.3 4.3l2.4 2.4",
            Self::External => "M9 3h4v4M13 3 7.5 8.5M11.5 9.5v3h-8v-8h3",
            Self::Home => "M2.5 7.3 8 2.8l5.5 4.5v6.2h-4v-4h-3v4h-4V7.3Z",
            Self::Jobs => "M2 8.5h2.8L6.5 3.5l3 9 1.8-4H14",
            Self::Keyboard => "M1.8 4h12.4v8H1.8V4ZM4.5 6.6v.1M7 6.6v.1M9.5 6.6v.1M11.8 6.6v.1M5.5 9.6h5",
            Self::Leads => "M2.5 4h11M2.5 8h11M2.5 12h7",
            Self::Mail => "M2 3.8h12v8.4H2V3.8ZM2.3 4.2 8 8.8l5.7-4.6",
            Self::Minus => "M3 8h10",
            Self::Moon => "M13.2 9.6A5.7 5.7 0 0 1 6.4 2.8a5.7 5.7 0 1 0 6.8 6.8Z",
            Self::Person => {
                "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.8 13.6c.6-2.4 2.7-3.6 5.2-3.6s4.6 1.2 5.2 3.6"
            }
            Self::Phone => {
                "M3.2 2.5h2.4l1.2 3-1.6 1.2a8 8 0 0 0 4.1 4.1l1.2-1.6 3 1.2v2.4a1 1 0 0 1-1.1 1A11 11 0 0 1 2.2 3.6a1 1 0 0 1 1-1.1Z"
            }
            Self::Plus => "M8 3v10M3 8h10",
            Self::Retry => "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.7h-2.7",
            Self::Screen => "M2 3h12v8H2V3ZM6 13.5h4M8 11v2.5",
            Self::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4l3.3 3.3",
            Self::Sliders => "M2 5h12M2 11h12M10 3v4M6 9v4",
            Self::Spark => {
                "M8 2v3.5M8 10.5V14M2 8h3.5M10.5 8H14M4.5 4.5l1.6 1.6M9.9 9.9l1.6 1.6M11.5 4.5 9.9 6.1M6.1 9.9l-1.6 1.6"
            }
            Self::Stop => "M4 4h8v8H4V4Z",
            Self::Sun => {
                "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1"
            }
            Self::Up => "M8 13V3M4 7l4-4 4 4",
            Self::Web => {
                "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 1.8 2.6 4 2.6 6S10 12.2 8 14c-2-1.8-2.6-4-2.6-6S6 3.8 8 2Z"
            }
        }
    }
}

/// The icon, hidden from readers: the words beside it or the label of its button say what it means.
pub(crate) fn icon(icon: Icon) -> Node {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=icon.path()></path>
        </svg>
    }
}
