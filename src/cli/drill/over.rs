//! What a drill was, when it is over.

use crate::cli::app::App;
use crate::kinds::gateway::drill::{DrillSpec, Fault};
use crate::session::drill::PastDrill;
use crate::session::drill::words::{clock, words_of};
use crate::text::{Line, Role, counted};

pub(super) fn lines(
    app: &App,
    spec: &DrillSpec,
    faults: &[&Fault],
    entry: &PastDrill,
) -> Vec<Line> {
    let mut lines = vec![Line::new(), title(entry)];
    for (fault, named) in faults.iter().zip(&entry.faults) {
        lines.push(Line::new());
        let (hop, cause) = (
            words_of(&spec.hops, &fault.hop),
            words_of(&spec.causes, &fault.cause),
        );
        let mark = if named.named { Role::Good } else { Role::Bad };
        lines.push(Line::new().with(mark, cause));
        lines.push(Line::new().with(Role::Dim, hop));
        lines.extend(app.output.markdown(&fault.explain));
    }
    lines.push(Line::new());
    let count = entry.faults.len();
    let faults = if count > 1 {
        format!(" --faults {count}")
    } else {
        String::new()
    };
    let again = app.command(&format!("drill{faults} --seed {}", entry.seed));
    lines.push(
        Line::new()
            .with(Role::Dim, "Once more:  ")
            .with(Role::Code, again),
    );
    lines
}

fn title(entry: &PastDrill) -> Line {
    let line = Line::new().with(Role::Heading(1), format!("Drill {}", entry.number));
    let part = |name: &str, seconds: Option<u64>| match seconds {
        Some(seconds) => format!("{name} after {}", clock(seconds)),
        None => format!("not {name}"),
    };
    let wrong = match entry.wrong_answers() {
        0 => String::new(),
        wrong => {
            let wrong = usize::try_from(wrong).unwrap_or(usize::MAX);
            format!(", {}", counted(wrong, "wrong answer"))
        }
    };
    let named = part("named", entry.seconds_to_diagnosis);
    let mended = part("fixed", entry.seconds_to_repair);
    line.with(Role::Text, format!("  {named}{wrong}, {mended}"))
}
