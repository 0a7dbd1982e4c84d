//! What is said of a configuration is what nginx says of it, in the same words, each time.

use gradus::check::{Outcome, TestResult, Verdict};

use crate::lab::{check, context};

/// How often a file is checked whose verdict once depended on who came first.
const AGAIN: usize = 6;

/// Configurations that listen nowhere, each with what nginx says of it; nothing where it takes the file.
const NOWHERE: [(&str, &str); 8] = [
    ("", "no \"events\" section in configuration"),
    ("# Nothing yet.\n", "no \"events\" section in configuration"),
    ("events {}\n", ""),
    ("events {}\nhttp {}\n", ""),
    ("http {}\n", "no \"events\" section in configuration"),
    (
        "location / {\n    proxy_pass http://localhost:3000;\n}\n",
        "\"location\" directive is not allowed here in nginx.conf:1",
    ),
    (
        "\nproxy_redirect http://$proxy_host:8000/ /;\n",
        "\"proxy_redirect\" directive is not allowed here in nginx.conf:2",
    ),
    (
        "events {}\nhttp {\n    location / { return 204; }\n}\n",
        "\"location\" directive is not allowed here in nginx.conf:3",
    ),
];

fn told(outcome: &Outcome) -> String {
    let Outcome {
        diagnostics,
        forbidden,
        tests,
        ..
    } = outcome;
    format!("{diagnostics:#?}{forbidden:#?}{tests:#?}")
}

#[test]
fn a_file_that_listens_nowhere_has_one_verdict() {
    let context = context();
    for (text, says) in NOWHERE {
        let outcomes = (0..AGAIN).map(|_| check(text, &context).expect("a verdict"));
        let outcomes: Vec<_> = outcomes.collect();
        let first = &outcomes[0];
        if says.is_empty() {
            assert_eq!(first.verdict(), Verdict::Failed, "{text}");
            let TestResult::Failed(values) = &first.tests[0].result else {
                panic!("{text}: {first:#?}");
            };
            let got = values.got.as_deref();
            let nobody = "connection refused: nothing listens on 127.0.0.1:8080";
            assert_eq!(got, Some(nobody), "{text}");
        } else {
            assert_eq!(first.verdict(), Verdict::CompileError, "{text}");
            assert_eq!(first.diagnostics[0].text, format!("nginx: [emerg] {says}"));
        }
        for outcome in &outcomes {
            assert_eq!(told(outcome), told(first), "{text}");
        }
    }
}
