//! The browser's part: its lock, its channel, and the socket of the tab that leads.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Object, Promise, Reflect};
use requery::{Channel, Subscription, TabChannel};
use send_wrapper::SendWrapper;
use socketio_client::{Options, Socket};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Tab;
use crate::stream::EventStream;
use crate::stream::notice::Notice;
use crate::{Follower, Update};

/// A leader that says nothing for so long when it is asked has stopped, or was stopped by the browser.
const PATIENCE_MS: u32 = 3_000;

#[wasm_bindgen]
extern "C" {
    // The bindings of the lock manager count as unstable.
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], catch)]
    fn request(name: &str, options: &Object, held: &Function) -> Result<Promise, JsValue>;
}

/// The event stream of a page, applied to its cache: by way of one socket for all tabs of the browser, or of one of its own
/// where tabs cannot share. It ends when this value is dropped.
pub struct Realtime {
    shared: Rc<Shared>,
    _listening: Option<Subscription>,
}

impl fmt::Debug for Realtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realtime").field("tab", &self.shared.tab).finish_non_exhaustive()
    }
}

impl Realtime {
    /// Takes the stream of the server at `url` from behind the event `since`, the newest one that the cache already
    /// shows. Tabs that say the same `name` share one socket, which is the name of the lock and of the channel: those of another
    /// version of the page, which may know other events, say another.
    #[must_use]
    pub fn start(url: String, name: String, since: u64, follower: Follower) -> Self {
        let shared = Rc::new(Shared {
            tab: RefCell::new(Tab::behind(since)),
            channel: TabChannel::new(&name).ok(),
            url,
            name,
            follower,
            lead: RefCell::default(),
            stands: Cell::new(false),
            heard: Cell::new(0),
        });
        let listening = shared.channel.as_ref().map(|channel| {
            let shared = SendWrapper::new(Rc::clone(&shared));
            channel.listen(Box::new(move |text| shared.listen(text)))
        });
        shared.say(Tab::ask);
        shared.stand();
        Self { shared, _listening: listening }
    }

    /// Tries to connect now instead of at the next attempt: the machine says that it is online again.
    pub fn reconnect(&self) {
        if let Some(lead) = &*self.shared.lead.borrow() {
            lead.socket.reconnect();
        }
        self.shared.stand();
    }

    /// Somebody looks at the page. A leader that does not answer now has stopped, or the browser holds it up: another
    /// one takes its place.
    pub fn check(&self) {
        self.shared.stand();
        if self.shared.tab.borrow().leads() {
            return;
        }
        self.shared.say(Tab::ask);
        let (shared, heard) = (Rc::clone(&self.shared), self.shared.heard.get());
        spawn_local(async move {
            TimeoutFuture::new(PATIENCE_MS).await;
            if shared.heard.get() == heard && !shared.tab.borrow().leads() {
                oust(&shared.name);
            }
        });
    }
}

impl Drop for Realtime {
    fn drop(&mut self) {
        self.shared.resign();
    }
}

struct Shared {
    tab: RefCell<Tab>,
    channel: Option<TabChannel>,
    url: String,
    name: String,
    follower: Follower,
    lead: RefCell<Option<Lead>>,
    /// It waits for the lock, or has it.
    stands: Cell<bool>,
    /// How often others were heard.
    heard: Cell<u32>,
}

/// What the tab that leads has.
struct Lead {
    socket: Socket,
    /// Lets the lock go.
    release: Option<Function>,
}

impl Shared {
    /// Stands for election, unless it does already: it leads once every tab that stood before has gone, and stands
    /// again where it was ousted.
    fn stand(self: &Rc<Self>) {
        if self.stands.replace(true) {
            return;
        }
        let shared = Rc::clone(self);
        spawn_local(async move {
            while !shared.hold().await {
                shared.step_down();
            }
            shared.step_down();
            shared.stands.set(false);
        });
    }

    /// Waits for the lock, leads, and is back when it does so no more; true where it resigned.
    async fn hold(self: &Rc<Self>) -> bool {
        let shared = Rc::clone(self);
        let held =
            Closure::once(move |_: JsValue| Promise::new(&mut |release, _| shared.lead(Some(release))));
        let lock =
            self.channel.as_ref().map(|_| request(&self.name, &Object::new(), held.as_ref().unchecked_ref()));
        let lock = match lock {
            Some(Ok(lock)) => JsFuture::from(lock).await,
            Some(Err(error)) => Err(error),
            None => Err(JsValue::UNDEFINED),
        };
        match lock {
            Ok(_) => true,
            Err(error) if is_ousted(&error) => false,
            // Nothing to share by, or the browser lets this site keep nothing, which locks are to it too: each tab for itself.
            Err(_) => {
                self.lead(None);
                std::future::pending().await
            }
        }
    }

    fn lead(self: &Rc<Self>, release: Option<Function>) {
        self.tab.borrow_mut().lead();
        let place = self.tab.borrow().place().clone();
        // The address of the page is one that a socket can be opened to.
        let Ok((socket, stream)) = EventStream::open_at(Options::new(&self.url), place) else { return };
        self.lead.replace(Some(Lead { socket, release }));
        spawn_local(Rc::clone(self).pass_on(stream));
    }

    /// Applies what the socket says, and tells the others.
    async fn pass_on(self: Rc<Self>, mut stream: EventStream) {
        while let Some(notice) = stream.notice().await {
            let is_refused = matches!(notice, Notice::Refused(_));
            self.apply(self.say(|tab, say| tab.hear(notice, say)));
            if is_refused {
                // Another tab may have signed in since.
                self.resign();
            }
        }
    }

    fn listen(self: &Rc<Self>, text: &str) {
        self.heard.set(self.heard.get().wrapping_add(1));
        let update = self.say(|tab, say| tab.listen(text, say));
        if matches!(update, Some(Update::Live)) {
            // Whoever was refused stands again when another was not.
            self.stand();
        }
        self.apply(update);
    }

    fn apply(&self, update: Option<Update>) {
        if let Some(rest) = update.and_then(|update| self.follower.take(update)) {
            spawn_local(rest);
        }
    }

    fn say<T>(&self, act: impl FnOnce(&mut Tab, &mut Vec<String>) -> T) -> T {
        let mut words = Vec::new();
        let result = act(&mut self.tab.borrow_mut(), &mut words);
        if let Some(channel) = &self.channel {
            words.into_iter().for_each(|word| channel.post(word));
        }
        result
    }

    /// Lets the lock go.
    fn resign(&self) {
        if let Some(Lead { socket, release: Some(release) }) = self.lead.take() {
            socket.disconnect();
            // It settles a promise, which cannot fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }

    /// Leads no more.
    fn step_down(&self) {
        if let Some(lead) = self.lead.take() {
            lead.socket.disconnect();
        }
        self.say(Tab::follow);
    }
}

/// Whether a lock was taken away; other errors are of locks that are not to be had.
fn is_ousted(error: &JsValue) -> bool {
    Reflect::get(error, &"name".into()).is_ok_and(|name| name == "AbortError")
}

/// Takes the lock away from whoever has it, for the one who waits for it longest.
fn oust(name: &str) {
    let options = Object::new();
    // Setting a field of a plain object cannot fail.
    let _ = Reflect::set(&options, &"steal".into(), &true.into());
    let nothing = Closure::once_into_js(|| ());
    // Where there are no locks, nobody was waited for.
    let _ = request(name, &options, nothing.unchecked_ref());
}
