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
mod shell_language;
mod shells;
pub mod shown;
mod text;

use crate::code_blocks::Language;

/// Every language there is.
pub static LANGUAGES: &[&dyn Language] = &[
    &console::CONSOLE,
    &nginx::Nginx,
    &rust::Rust,
    &script::SCRIPT,
    &text::TEXT,
    &data::Toml,
    &drawn::Drawn,
];
