//! The job queue.

mod batch;
mod causes;
mod control;
mod lease;
mod list;
mod queue;
mod rejections;
mod report;
mod row;
mod subject;

pub use causes::KindStanding;
pub use rejections::RejectionStream;
