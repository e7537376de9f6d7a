//! The job queue.

mod batch;
mod control;
mod lease;
mod list;
mod queue;
mod rejections;
mod report;
mod row;

pub use rejections::RejectionStream;
