//! Which servers of a pool may nginx choose?

use contract::{Event, Outcome, Server};

/// The places of the servers that nginx may choose at the second `now`.
pub fn eligible(pool: &[Server], events: &[Event], now: u64) -> Vec<usize> {
    let mut records = vec![Record::default(); pool.len()];
    for event in events.iter().filter(|event| event.at <= now) {
        records[event.server].note(event, &pool[event.server]);
    }
    let single = pool.len() == 1;
    let choose = |backup: bool| -> Vec<usize> {
        pool.iter()
            .zip(&records)
            .enumerate()
            .filter(|(_, (server, _))| server.backup == backup && !server.down)
            .filter(|(_, (server, record))| single || !record.puts_aside(server, now))
            .map(|(place, _)| place)
            .collect()
    };
    let primary = choose(false);
    if primary.is_empty() {
        choose(true)
    } else {
        primary
    }
}

/// What nginx remembers of one server.
#[derive(Clone, Default)]
struct Record {
    fails: u32,
    /// The second of the last failure. Only of meaning when `fails` is not 0.
    last_failure: u64,
}

impl Record {
    fn note(&mut self, event: &Event, server: &Server) {
        match event.outcome {
            Outcome::Failed => {
                self.fails += 1;
                self.last_failure = event.at;
            }
            Outcome::Answered(_) => {
                if event.at - self.last_failure > server.fail_timeout {
                    self.fails = 0;
                }
            }
        }
    }

    fn puts_aside(&self, server: &Server, now: u64) -> bool {
        server.max_fails != 0
            && self.fails >= server.max_fails
            && now - self.last_failure <= server.fail_timeout
    }
}
