//! The languages of code blocks that Gradus proves: a file each, and a line in [`LANGUAGES`].

pub mod console;
mod data;
mod drawn;
mod home;
mod live;
mod nginx;
mod rust;
mod script;
mod shell;
mod shells;
pub mod shown;
mod text;

use crate::proof::Language;

/// Every language there is.
pub static LANGUAGES: &[&dyn Language] = &[
    &console::Console,
    &nginx::Nginx,
    &rust::Rust,
    &script::Script,
    &text::Text,
    &data::Toml,
    &drawn::Drawn,
];
