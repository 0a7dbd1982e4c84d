//! The integration tests: one binary.

mod commands;
mod docs;
mod harness;
mod journey;
mod lab;
mod lessons;
mod licences;
mod package;
mod pty;
mod rendering;
mod repository;
mod rust_check;
mod session;
mod tidy;
