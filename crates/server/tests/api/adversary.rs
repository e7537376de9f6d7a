//! Somebody who means harm, over HTTP: what they may try, one test each. Sockets have theirs in `bad_input`; what a
//! missing or ended sign-in opens is in `authorization`, how often a password may be tried in `auth`.

mod bodies;
mod files;
mod forgery;
mod headers;
mod nul;
mod others;
mod sessions;
