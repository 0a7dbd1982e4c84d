//! The integration tests: one binary.

mod attacks;
mod bench;
mod cache;
mod canary;
mod commands;
mod docs;
mod drill;
mod faults;
mod forged;
mod fuzzed;
mod grade;
mod guest;
mod harness;
mod hidden_tests;
mod journey;
mod kills;
mod lab;
mod lab_fixes;
mod lab_hostile;
#[cfg(target_os = "linux")]
mod lab_inputs;
#[cfg(target_os = "linux")]
mod lab_kills;
mod lab_learner;
mod lab_logs;
#[cfg(target_os = "linux")]
mod lab_odd;
mod lab_probes;
mod lab_up;
#[cfg(target_os = "linux")]
mod lab_users;
mod lab_words;
#[cfg(target_os = "linux")]
mod lacking;
mod lessons;
mod licences;
mod limits;
mod machine;
mod mutants;
mod pack;
mod package;
mod processes;
mod programs;
mod pty;
mod rendering;
mod reports;
mod repository;
mod rust_check;
mod rust_program;
#[cfg(target_os = "linux")]
mod sandbox;
mod session;
mod tidy;
mod waits;
