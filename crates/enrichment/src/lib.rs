//! A polite crawler and contact extraction for one business at a time.
