//! The Leptos application: pages, components, hooks.
