//! WebSocket, clock, timer and task in the browser, in windows and in workers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, Event, MessageEvent, Performance, WebSocket};

use crate::Error;
use crate::protocol::{Frame, Limits};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

thread_local! {
    static PERFORMANCE: Option<Performance> = global("performance");
    static SET_TIMEOUT: Option<Function> = global("setTimeout");
    static CLEAR_TIMEOUT: Option<Function> = global("clearTimeout");
}

/// A property of the global object, by which windows and workers are the same.
fn global<T: JsCast>(name: &str) -> Option<T> {
    let value = Reflect::get(&js_sys::global(), &JsValue::from_str(name)).ok()?;
    (!value.is_undefined()).then(|| value.unchecked_into())
}

pub(crate) struct Clock;

impl Clock {
    pub(crate) fn start() -> Self {
        Self
    }

    /// Milliseconds that do not go back, where the platform has such a clock.
    pub(crate) fn now(&self) -> u64 {
        let milliseconds = PERFORMANCE
            .with(|performance| performance.as_ref().map_or_else(js_sys::Date::now, Performance::now));
        milliseconds as u64
    }
}

pub(crate) fn seed() -> u64 {
    (js_sys::Math::random() * (1_u64 << 53) as f64) as u64
}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) -> Result<(), Error> {
    wasm_bindgen_futures::spawn_local(task);
    Ok(())
}

pub(crate) fn sleep(milliseconds: u64) -> Sleep {
    Sleep::new(milliseconds)
}

/// A `setTimeout` that is cleared when dropped.
pub(crate) struct Sleep {
    elapsed: Rc<Flag>,
    id: Option<JsValue>,
    _callback: Closure<dyn FnMut()>,
}

impl Sleep {
    fn new(milliseconds: u64) -> Self {
        let elapsed = Rc::new(Flag::default());
        let callback = Closure::new({
            let elapsed = Rc::clone(&elapsed);
            move || elapsed.raise()
        });
        // Browsers take 31 bits; an early timer is set again.
        let milliseconds = JsValue::from_f64(f64::from(i32::try_from(milliseconds).unwrap_or(i32::MAX)));
        let id = SET_TIMEOUT.with(|set_timeout| {
            let set_timeout = set_timeout.as_ref()?;
            set_timeout.call2(&JsValue::UNDEFINED, callback.as_ref().unchecked_ref(), &milliseconds).ok()
        });
        Self { elapsed, id, _callback: callback }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.elapsed.is_raised() {
            return Poll::Ready(());
        }
        self.elapsed.wait(cx);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            CLEAR_TIMEOUT.with(|clear_timeout| {
                if let Some(clear_timeout) = clear_timeout {
                    // Clearing a timeout does not fail, elapsed or not.
                    let _ = clear_timeout.call1(&JsValue::UNDEFINED, id);
                }
            });
        }
    }
}

/// Something that a callback says to a task.
#[derive(Default)]
struct Flag {
    raised: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Flag {
    fn raise(&self) {
        self.raised.set(true);
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn is_raised(&self) -> bool {
        self.raised.get()
    }

    fn wait(&self, cx: &Context<'_>) {
        *self.waker.borrow_mut() = Some(cx.waker().clone());
    }
}

/// Opens WebSockets. Browsers allow no headers of one's own and bound messages themselves.
pub(crate) struct Connector;

impl Connector {
    pub(crate) fn new(_url: &str, _headers: &[(String, String)], _limits: Limits) -> Result<Self, Error> {
        Ok(Self)
    }

    pub(crate) fn open(&self, url: String) -> BoxFuture<Result<Transport, String>> {
        Box::pin(async move {
            let transport = Transport::new(&url)?;
            poll_fn(|cx| transport.inbox.poll_opened(cx)).await?;
            Ok(transport)
        })
    }
}

pub(crate) enum Incoming {
    Text(String),
    Binary(Bytes),
    Closed(Option<String>),
}

/// What the callbacks of a WebSocket have received.
#[derive(Default)]
struct Inbox {
    opened: Cell<bool>,
    queue: RefCell<VecDeque<Incoming>>,
    changed: Flag,
}

impl Inbox {
    fn open(&self) {
        self.opened.set(true);
        self.changed.raise();
    }

    fn push(&self, incoming: Incoming) {
        self.queue.borrow_mut().push_back(incoming);
        self.changed.raise();
    }

    fn message(&self, event: &MessageEvent) {
        let data = event.data();
        let incoming = match (data.as_string(), data.dyn_into::<ArrayBuffer>()) {
            (Some(text), _) => Incoming::Text(text),
            (None, Ok(buffer)) => Incoming::Binary(Uint8Array::new(&buffer).to_vec().into()),
            (None, Err(_)) => Incoming::Closed(Some("message of unknown kind".to_owned())),
        };
        self.push(incoming);
    }

    /// Not left to the close event, which not every runtime sends after a failure to open.
    fn fail(&self) {
        self.push(Incoming::Closed(Some("the WebSocket failed".to_owned())));
    }

    fn poll_opened(&self, cx: &Context<'_>) -> Poll<Result<(), String>> {
        if self.opened.get() {
            return Poll::Ready(Ok(()));
        }
        // Only an end can come before opening; browsers keep its cause from scripts.
        if let Some(Incoming::Closed(failure)) = self.queue.borrow_mut().pop_front() {
            return Poll::Ready(Err(
                failure.unwrap_or_else(|| "the WebSocket closed while opening".to_owned())
            ));
        }
        self.changed.wait(cx);
        Poll::Pending
    }

    fn poll_next(&self, cx: &Context<'_>) -> Poll<Incoming> {
        if let Some(incoming) = self.queue.borrow_mut().pop_front() {
            return Poll::Ready(incoming);
        }
        self.changed.wait(cx);
        Poll::Pending
    }
}

/// A WebSocket, with the callbacks that fill its inbox. Closed when dropped.
pub(crate) struct Transport {
    socket: WebSocket,
    inbox: Rc<Inbox>,
    _callbacks: Callbacks,
}

struct Callbacks {
    _event: [Closure<dyn FnMut(Event)>; 3],
    _message: Closure<dyn FnMut(MessageEvent)>,
}

impl Transport {
    fn new(url: &str) -> Result<Self, String> {
        let socket = WebSocket::new(url).map_err(|error| text_of(&error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inbox = Rc::new(Inbox::default());
        let callbacks = Callbacks::attach(&socket, &inbox);
        Ok(Self { socket, inbox, _callbacks: callbacks })
    }

    pub(crate) fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        self.inbox.poll_next(cx)
    }

    pub(crate) fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        Poll::Ready(Ok(()))
    }

    pub(crate) fn send(&mut self, frame: Frame) -> Result<(), String> {
        match frame {
            Frame::Text(text) => self.socket.send_with_str(&text),
            Frame::Binary(bytes) => self.socket.send_with_u8_array(&bytes),
        }
        .map_err(|error| text_of(&error))
    }

    pub(crate) fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Result<(), String> {
        Ok(())
    }

    /// A browser sends what it was given before it closes.
    pub(crate) fn close(mut self, last: Vec<Frame>) -> BoxFuture<()> {
        for frame in last {
            if self.send(frame).is_err() {
                break;
            }
        }
        drop(self);
        Box::pin(std::future::ready(()))
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onerror(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing without a code does not fail.
        let _ = self.socket.close();
    }
}

impl Callbacks {
    fn attach(socket: &WebSocket, inbox: &Rc<Inbox>) -> Self {
        let open = callback(inbox, |inbox, _: Event| inbox.open());
        let error = callback(inbox, |inbox, _: Event| inbox.fail());
        let message = callback(inbox, |inbox, event: MessageEvent| inbox.message(&event));
        let close = callback(inbox, |inbox, _: Event| inbox.push(Incoming::Closed(None)));
        socket.set_onopen(Some(open.as_ref().unchecked_ref()));
        socket.set_onerror(Some(error.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        Self { _event: [open, error, close], _message: message }
    }
}

fn callback<E>(inbox: &Rc<Inbox>, act: impl Fn(&Inbox, E) + 'static) -> Closure<dyn FnMut(E)>
where
    E: wasm_bindgen::convert::FromWasmAbi + 'static,
{
    let inbox = Rc::clone(inbox);
    Closure::new(move |event| act(&inbox, event))
}

fn text_of(error: &JsValue) -> String {
    let message = || Some(String::from(error.dyn_ref::<js_sys::Error>()?.message()));
    error.as_string().or_else(message).unwrap_or_else(|| "an error without a message".to_owned())
}
