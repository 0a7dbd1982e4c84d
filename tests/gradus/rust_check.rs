//! The check of Rust submissions, through the library, with the real launcher and compiler.

use std::sync::Arc;

use gradus::check::Context;
use gradus::course::{self, Course};
use gradus::sandbox::Sandbox;
use gradus::sys::environment::Environment;

fn context() -> Context {
    let environment = Environment::new(std::env::vars_os(), std::env::temp_dir());
    let mut context = Context::new(
        Sandbox::new(env!("CARGO_BIN_EXE_gradus")),
        Arc::new(environment),
    );
    context.cache = std::env::temp_dir().join("gradus-tests-cache");
    context
}

fn builtin() -> Course {
    course::load(&course::builtin::tree()).0
}

#[test]
fn every_builtin_exercise_is_proved() {
    let course = builtin();
    let only = std::env::var("ONLY").ok();
    for exercise in course
        .exercises
        .iter()
        .filter(|e| e.kind.id() == "rust" && only.as_ref().is_none_or(|o| e.id.as_str() == o))
    {
        let start = std::time::Instant::now();
        let problems = exercise.task.validate(&context());
        eprintln!("{} {:?}", exercise.id, start.elapsed());
        match problems {
            Ok(p) => {
                for p in p {
                    eprintln!("{p}")
                }
            }
            Err(e) => eprintln!("ERR {e:?}"),
        }
    }
}
