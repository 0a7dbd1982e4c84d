//! What nginx writes to its logs, and when.

use gradus::check::TestVerdict;
use gradus::kinds::gateway::lab::config::Config;
use gradus::kinds::gateway::lab::{Lab, Nginx, Plan, Probe, Started, prober};

use crate::lab::context;

/// An nginx that keeps its lines back for longer than a quick request takes.
const LATE: &str = "
events {}
http {
    log_format late '$request $status';
    access_log logs/access.log late buffer=4k flush=100ms;
    server {
        listen 127.0.0.1:8080;
        location = /quick { return 204; }
        location = /slow { proxy_pass http://127.0.0.1:3000; }
    }
}
";

fn probe(path: &str, expect: &str) -> Probe {
    let text =
        format!("name = 'it'\ntitle = 'It'\nsend = {{ path = '{path}' }}\nexpect = {{ {expect} }}");
    toml::from_str(&text).expect("a probe")
}

#[test]
fn a_line_that_comes_late_is_not_taken_for_one_of_the_next_probe() {
    let context = context();
    let nginx = Nginx::find(&context).expect("it is there");
    let config = Config::parse(LATE).expect("it can be read");
    let shop =
        "name = 'shop'\naddress = '127.0.0.1:3000'\non = [{ path = '/slow', after = '300ms' }]";
    let plan = Plan {
        listen: 8080,
        upstreams: vec![toml::from_str(shop).expect("an upstream")],
        customers: None,
        dns: None,
        after_start: Vec::new(),
    };
    let started = Lab::start(&plan, &config, &nginx, &context).expect("a lab");
    let Started::Up(mut lab) = started else {
        unreachable!("nginx accepts the configuration")
    };
    for (path, expect) in [
        ("/quick", "status = 204"),
        ("/slow", "status = 200, access = '^GET /slow HTTP/1.1 200$'"),
    ] {
        let found = prober::run(&mut lab, &probe(path, expect), &context).expect("an answer");
        assert_eq!(found.verdict, TestVerdict::Passed, "{path}");
    }
}
