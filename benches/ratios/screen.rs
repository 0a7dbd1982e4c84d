//! The session on a pseudo-terminal: a key to its frame, and what an idle session costs.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::sample::Spread;
use super::table::{Goal, Row, Table, milliseconds};

/// Prints the time from a key to the first byte of its frame, and the processor time of a second
/// without one.
pub(crate) fn keys(gradus: &Path, table: &mut Table) {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let size = PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system()
        .openpty(size)
        .expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(gradus);
    command.cwd(scratch.path());
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("HOME", scratch.path());
    let mut child = pair.slave.spawn_command(command).expect("gradus starts");
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut writer = pair.master.take_writer().expect("a writer");
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 8 << 10];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send((Instant::now(), count)).is_err() {
                break;
            }
        }
    });
    quiet(&output);
    press(&mut *writer, &output, table);
    rest(child.process_id().unwrap_or(0), &output, table);
    child.kill().ok();
    child.wait().ok();
}

/// Presses keys that draw a new page each, and prints how long the first byte of it takes.
fn press(writer: &mut dyn Write, output: &Receiver<(Instant, usize)>, table: &mut Table) {
    let mut times = Vec::new();
    for key in ["?", "?", "m", "q", "?", "?", "m", "q"].repeat(4) {
        let pressed = Instant::now();
        if writer
            .write_all(if key == "q" { b"\x1b" } else { key.as_bytes() })
            .is_err()
        {
            break;
        }
        if let Ok((shown, _)) = output.recv_timeout(Duration::from_secs(1)) {
            times.push(shown.duration_since(pressed));
        }
        quiet(output);
    }
    table.row(&Row {
        name: "a key to its frame",
        ours: format!("{} keys", times.len()),
        peer: String::new(),
        figure: Spread::of(times.into_iter().map(milliseconds)),
        unit: "ms",
        goal: Goal::AtMost(1.0),
    });
}

/// Prints what the process uses while nobody presses a key.
fn rest(pid: u32, output: &Receiver<(Instant, usize)>, table: &mut Table) {
    let before = ticks(pid);
    output.recv_timeout(Duration::from_secs(2)).ok();
    let used = ticks(pid).saturating_sub(before);
    table.row(&Row {
        name: "an idle session, hundredths of a second in two",
        ours: String::new(),
        peer: String::new(),
        figure: Spread::of([f64::from(u32::try_from(used).unwrap_or(u32::MAX))]),
        unit: "CPU",
        goal: Goal::AtMost(0.0),
    });
}

/// Waits until nothing has come for a while.
fn quiet(output: &Receiver<(Instant, usize)>) {
    while output.recv_timeout(Duration::from_millis(150)).is_ok() {}
}

/// Returns the clock ticks a process has used, by the kernel's own count.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    let fields: Vec<u64> = rest
        .split(' ')
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    fields.get(11).unwrap_or(&0) + fields.get(12).unwrap_or(&0)
}
