//! The functions that queries and mutations call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{Stream, StreamExt, stream};
use requery::QueryContext;
use requery::runtime::{Runtime, TestRuntime};

use super::log::Log;
use super::options::ms;
use super::{Failure, text};
use crate::scenario::{Answer, Outcome, Row};

/// Answers as the scenario says, and writes down who asked. Clones are the same server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) runtime: TestRuntime,
    pub(super) log: Log,
    calls: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Server {
    pub(super) fn new(runtime: TestRuntime, log: Log) -> Self {
        Self { runtime, log, calls: Arc::default() }
    }

    fn count(&self, subject: &str) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry(subject.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    /// One call of a query's function. Taking the context's signal is left to this, as it is to the caller's function.
    pub(super) fn fetch(
        &self,
        answers: &Arc<[Answer]>,
        takes_signal: bool,
        context: &QueryContext,
    ) -> impl Future<Output = Result<Row, Failure>> + Send + use<> {
        let count = self.called("", takes_signal, context);
        self.answer(answers, count)
    }

    /// The same for one page.
    pub(super) fn page(
        &self,
        answers: &Arc<[Answer]>,
        takes_signal: bool,
        context: &QueryContext,
        number: i64,
    ) -> impl Future<Output = Result<Row, Failure>> + Send + use<> {
        let count = self.called(&format!("page {number} "), takes_signal, context);
        self.answer(answers, count)
    }

    /// The same for data in parts: as many answers as there are parts.
    pub(super) fn stream(
        &self,
        answers: &Arc<[Answer]>,
        takes_signal: bool,
        context: &QueryContext,
        parts: usize,
    ) -> impl Stream<Item = Result<Row, Failure>> + Send + use<> {
        let count = self.called("", takes_signal, context);
        let (server, answers) = (self.clone(), Arc::clone(answers));
        stream::iter(0..parts).then(move |part| server.answer(&answers, count + part))
    }

    fn called(&self, what: &str, takes_signal: bool, context: &QueryContext) -> usize {
        let key = context.key().to_string();
        let subject = format!("call {key}");
        let count = self.count(&subject);
        self.log.add(subject, format!("{count} {what}at {}", text::time(self.runtime.now())));
        if takes_signal {
            let (signal, log) = (context.signal(), self.log.clone());
            self.runtime.spawn(Box::pin(async move {
                signal.cancelled().await;
                log.add(format!("abort {key}"), count.to_string());
            }));
        }
        count
    }

    /// One call of a mutation's function.
    pub(super) fn mutate(
        &self,
        at: usize,
        answers: &Arc<[Answer]>,
        variables: i64,
    ) -> impl Future<Output = Result<Row, Failure>> + Send + use<> {
        // Mutations that go on at one moment are first come, first served here, and in no order in the reference.
        let subject = format!("mutate {at} {variables}");
        let count = self.count(&subject);
        self.log.add(subject, format!("{count} at {}", text::time(self.runtime.now())));
        self.answer(answers, count)
    }

    fn answer(
        &self,
        answers: &Arc<[Answer]>,
        count: usize,
    ) -> impl Future<Output = Result<Row, Failure>> + Send + use<> {
        let answer = answers.get(count % answers.len().max(1)).cloned();
        // The time is running from the call on, not from the first poll.
        let wait = answer.as_ref().filter(|it| it.after > 0).map(|it| self.runtime.sleep(ms(it.after)));
        async move {
            if let Some(wait) = wait {
                wait.await;
            }
            match answer.map(|it| it.outcome) {
                Some(Outcome::Row(row)) => Ok(row),
                Some(Outcome::Error(code)) => Err(Failure { code }),
                None => Err(Failure { code: 0 }),
            }
        }
    }
}
