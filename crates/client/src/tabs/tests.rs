//! Tabs that open and close, a log that grows and forgets, sockets that break, and messages that wait: whatever happens
//! in which order, each tab reads the log without a gap, each event once.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::{KEPT, Tab};
use crate::Update;
use crate::stream::notice::Notice;

/// What may happen next. Numbers choose among the tabs that there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The server writes so many events.
    Write(usize),
    /// The server forgets all but the newest events.
    Forget,
    /// The leader's socket says so much.
    Socket(usize),
    /// The leader's socket is lost.
    Cut,
    /// A tab hears so much of what the others said.
    Hear(usize, usize),
    Open,
    Close(usize),
    /// The lock is taken away from the leader.
    Oust,
    Check(usize),
}

/// What a tab was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Event(u64),
    Reset(u64),
}

struct Page {
    id: usize,
    tab: Tab,
    inbox: VecDeque<String>,
    since: u64,
    given: Vec<Given>,
    is_live: bool,
    /// The leader's socket has said that it gave everything out.
    is_ready: bool,
}

/// A browser and a server.
#[derive(Default)]
struct World {
    log: Vec<u64>,
    /// Events that are forgotten.
    forgotten: usize,
    opened: usize,
    /// In the order in which they stood for election: the first one leads.
    pages: Vec<Page>,
}

impl World {
    fn step(&mut self, step: Step) {
        match step {
            Step::Write(count) => (0..count).for_each(|_| self.write()),
            Step::Forget => self.forgotten = self.log.len().saturating_sub(1),
            Step::Socket(count) => (0..count).for_each(|_| _ = self.hear_socket()),
            Step::Cut => self.cut(),
            Step::Hear(page, count) => (0..count).for_each(|_| _ = self.hear(page)),
            Step::Open => self.open(),
            Step::Close(page) => self.close(page),
            Step::Oust => self.oust(),
            Step::Check(page) => self.act(page, |tab, say| {
                if !tab.leads() {
                    tab.ask(say);
                }
                None
            }),
        }
    }

    fn newest(&self) -> u64 {
        self.log.last().copied().unwrap_or_default()
    }

    /// Numbers have gaps where transactions came to nothing.
    fn write(&mut self) {
        let newest = self.newest();
        self.log.push(newest + 1 + newest % 3 / 2);
    }

    fn open(&mut self) {
        let (since, id) = (self.newest(), self.opened);
        self.opened += 1;
        let tab = Tab::behind(since);
        let inbox = VecDeque::new();
        self.pages.push(Page { id, tab, inbox, since, given: Vec::new(), is_live: false, is_ready: false });
        let last = self.pages.len() - 1;
        self.act(last, |tab, say| {
            tab.ask(say);
            None
        });
        self.appoint();
    }

    fn close(&mut self, page: usize) {
        if self.pages.len() > 1 {
            self.pages.remove(page % self.pages.len());
            self.appoint();
        }
    }

    fn oust(&mut self) {
        if self.pages.is_empty() {
            return;
        }
        self.act(0, |tab, say| {
            tab.follow(say);
            None
        });
        self.pages.rotate_left(1);
        self.appoint();
    }

    /// Whoever stood first gets the lock.
    fn appoint(&mut self) {
        if let Some(first) = self.pages.first_mut().filter(|page| !page.tab.leads()) {
            first.tab.lead();
            first.is_ready = false;
        }
    }

    fn cut(&mut self) {
        if self.pages.is_empty() {
            return;
        }
        self.pages[0].is_ready = false;
        self.act(0, |tab, say| tab.hear(Notice::Lost, say));
    }

    /// The leader's socket says one thing more, if there is any: what a server does behind the place of a tab.
    fn hear_socket(&mut self) -> bool {
        let (Some(page), newest) = (self.pages.first(), self.newest()) else { return false };
        let seen = page.tab.place().seen().unwrap();
        let next = self.log.iter().position(|seq| *seq > seen);
        let notice = match next {
            Some(next) if next < self.forgotten => Notice::Reset(newest),
            Some(next) => Notice::Event(event(self.log[next])),
            None if page.is_ready => return false,
            None => Notice::Ready(newest),
        };
        self.pages[0].is_ready = matches!(notice, Notice::Ready(_)) || self.pages[0].is_ready;
        self.act(0, |tab, say| tab.hear(notice, say));
        true
    }

    fn hear(&mut self, page: usize) -> bool {
        let count = self.pages.len();
        if count == 0 {
            return false;
        }
        let Some(text) = self.pages[page % count].inbox.pop_front() else { return false };
        self.act(page, |tab, say| tab.listen(&text, say));
        true
    }

    /// Has a tab do something, takes down what it was given, and tells the others what it says.
    fn act(&mut self, page: usize, act: impl FnOnce(&mut Tab, &mut Vec<String>) -> Option<Update>) {
        let count = self.pages.len();
        let page = &mut self.pages[page % count];
        let mut said = Vec::new();
        match act(&mut page.tab, &mut said) {
            Some(Update::Event(event)) => page.given.push(Given::Event(event.seq)),
            Some(Update::Reset { seq, .. }) => page.given.push(Given::Reset(seq)),
            Some(Update::Live) => page.is_live = true,
            Some(_) => page.is_live = false,
            None => {}
        }
        let id = page.id;
        for other in self.pages.iter_mut().filter(|other| other.id != id) {
            other.inbox.extend(said.iter().cloned());
        }
    }

    /// Lets everything come to rest.
    fn settle(&mut self) {
        while self.hear_socket() || (0..self.pages.len()).any(|page| self.hear(page)) {}
    }

    /// Each tab is where the server is, and has read every event on the way, once and in order.
    fn check(&self) {
        for page in &self.pages {
            let mut place = page.since;
            for given in &page.given {
                match *given {
                    Given::Event(seq) => {
                        let next = self.log.iter().find(|next| **next > place);
                        assert_eq!(next, Some(&seq), "tab {} behind {place}", page.id);
                        place = seq;
                    }
                    Given::Reset(seq) => {
                        assert!(seq >= place, "tab {} was set back from {place} to {seq}", page.id);
                        place = seq;
                    }
                }
            }
            assert_eq!(place, self.newest(), "tab {}", page.id);
            assert!(page.is_live, "tab {} is not live", page.id);
        }
    }
}

fn event(seq: u64) -> String {
    format!(r#"{{"seq":{seq},"timestamp":"2026-01-01T00:00:00Z","type":"stats:updated","data":{{}}}}"#)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..6_usize).prop_map(Step::Write),
        1 => Just(Step::Write(KEPT + 3)),
        1 => Just(Step::Forget),
        4 => (1..8_usize).prop_map(Step::Socket),
        1 => Just(Step::Socket(KEPT * 2)),
        1 => Just(Step::Cut),
        8 => (any::<usize>(), 1..8_usize).prop_map(|(page, count)| Step::Hear(page, count)),
        2 => Just(Step::Open),
        1 => any::<usize>().prop_map(Step::Close),
        1 => Just(Step::Oust),
        1 => any::<usize>().prop_map(Step::Check),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn each_tab_reads_the_log_without_a_gap_and_once(steps in steps()) {
        let mut world = World::default();
        world.open();
        steps.into_iter().for_each(|step| world.step(step));
        world.settle();
        world.check();
    }
}

fn world(steps: impl IntoIterator<Item = Step>) -> World {
    let mut world = World::default();
    steps.into_iter().for_each(|step| world.step(step));
    world.settle();
    world.check();
    world
}

fn resets(world: &World, page: usize) -> usize {
    world.pages[page].given.iter().filter(|given| matches!(given, Given::Reset(_))).count()
}

#[test]
fn one_that_joins_is_told_what_happened_since_it_was_rendered() {
    let joins = [Step::Open, Step::Socket(1), Step::Write(3), Step::Open, Step::Write(2)];
    let world = world(joins);
    assert_eq!(world.pages[1].given.len(), 2);
    assert_eq!((resets(&world, 0), resets(&world, 1)), (0, 0));
}

#[test]
fn one_that_missed_more_than_is_kept_fetches_anew_and_nobody_else_does() {
    let mut world = world([Step::Open, Step::Open]);
    world.step(Step::Write(KEPT + 1));
    while world.hear_socket() {}
    world.pages[1].inbox.clear();
    world.step(Step::Check(1));
    world.step(Step::Open);
    world.settle();
    world.check();
    assert_eq!([0, 1, 2].map(|page| resets(&world, page)), [0, 1, 0]);
}

#[test]
fn the_next_leader_goes_on_from_where_it_is_and_fetches_nothing_anew() {
    let steps = [Step::Open, Step::Open, Step::Write(5), Step::Socket(9), Step::Close(0), Step::Write(2)];
    let world = world(steps);
    assert_eq!((world.pages.len(), world.pages[0].given.len(), resets(&world, 0)), (1, 7, 0));
    assert!(world.pages[0].tab.leads());
}

#[test]
fn followers_learn_that_the_connection_is_lost_and_that_it_is_back() {
    let mut world = world([Step::Open, Step::Open]);
    world.step(Step::Cut);
    world.step(Step::Hear(1, 9));
    assert!(!world.pages[1].is_live);
    world.settle();
    world.check();
}

#[test]
fn a_log_that_begins_anew_is_told_as_such() {
    let mut leader = Tab::behind(9);
    let mut follower = Tab::behind(9);
    leader.lead();
    let mut say = Vec::new();
    leader.hear(Notice::Reset(2), &mut say);
    let update = follower.listen(&say[0], &mut Vec::new());
    assert!(matches!(update, Some(Update::Reset { seq: 2, is_another_log: true })), "{update:?}");
}
