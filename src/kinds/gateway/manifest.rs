//! Reads the exercise's part of its manifest, the table `gateway` of `exercise.toml`, its probes and files.

pub(super) mod probes;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde::Deserialize;
use toml::Spanned;

use super::lab::modules::Module;
use super::lab::names::DnsPlan;
use super::lab::need::Need;
use super::lab::probe::Act;
use super::lab::units::Time;
use super::lab::upstream::{Address, InitialState};
use super::lab::{Plan, Probe, Protocol, UpstreamPlan, services};
use super::task::{CATCHERS, FILE, Files, GatewayTask, Judging, Symptom};
use super::{classify, files, runbook};
use crate::kind::{Edition, Folder, WrongSolution};
use crate::source::{Problem, line_of, toml_problem};

/// The first configuration of a lab's nginx in a student edition, if it is not the learner's file. It is no
/// secret: it can be seen in the running lab.
pub(super) const RUNNING: &str = "running.conf";

#[derive(Debug, Deserialize)]
struct Manifest {
    gateway: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    listen: u16,
    #[serde(default, rename = "upstream")]
    upstreams: Vec<Spanned<UpstreamPlan>>,
    symptom: Option<Symptom>,
    customers: Option<Time>,
    dns: Option<Spanned<DnsPlan>>,
    #[serde(default)]
    after_start: Vec<Act>,
    /// What the task allows a gateway to change of a request.
    #[serde(default)]
    changes: Vec<String>,
    edit: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    judge: Judging,
}

/// Reads the exercise in `folder`, and reports `problems`.
pub(super) fn load(folder: &Folder<'_>, problems: &mut Vec<Problem>) -> GatewayTask {
    let starter = files::of_course(folder, "starter/");
    let solution = files::of_course(folder, "solution/");
    if !starter.contains_key(FILE) {
        let file = format!("{}starter/{FILE}", folder.prefix());
        problems.push(Problem::new(file, "missing"));
    }
    let is_full = folder.edition == Edition::Full;
    if solution.is_empty() && is_full {
        let help = "put what a learner should arrive at into `solution/`";
        let file = format!("{}solution/{FILE}", folder.prefix());
        problems.push(Problem::new(file, "missing").help(help));
    }
    let table = table(folder, &starter, problems);
    let plan = table.as_ref().map(|table| Plan {
        listen: table.listen,
        upstreams: table.upstreams(),
        customers: table.customers,
        dns: table.dns.as_ref().map(|dns| dns.get_ref().clone()),
        after_start: table.after_start.clone(),
    });
    let changes = table.as_ref().map_or(&[][..], |table| &table.changes);
    let probes = probes_of(folder, plan.as_ref(), changes, problems);
    let wrong = wrong(folder, &probes, &starter, problems);
    let judging = table.as_ref().map_or_else(Judging::default, |it| it.judge);
    let edit = table.as_ref().and_then(|table| table.edit.as_ref());
    own_file(judging, folder, &starter, &probes, problems);
    let edit = edit.map(|edit| edit.iter().map(|path| path.get_ref().clone()).collect());
    let running = folder.file(if is_full {
        "hidden/running.conf"
    } else {
        RUNNING
    });
    let (needs, symptom) =
        table.map_or_else(Default::default, |table| (table.needs, table.symptom));
    GatewayTask {
        folder: folder.prefix(),
        plan,
        judging,
        edition: folder.edition,
        running: running.map(str::to_owned),
        unseen: folder.file("hidden/unseen.conf").map(str::to_owned),
        edit: edit.unwrap_or_else(|| own_files(judging)),
        needs: Need::with_nginx(needs),
        symptom,
        probes,
        solution: if is_full {
            files::completed(solution, &starter)
        } else {
            Files::new()
        },
        wrong,
        accepted: accepted(folder, &starter),
        starter,
    }
}

/// The probes of the lab in `folder`, with `changes` set; none in a student edition.
fn probes_of(
    folder: &Folder<'_>,
    plan: Option<&Plan>,
    changes: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<Probe> {
    if folder.edition != Edition::Full {
        return Vec::new();
    }
    let file = folder.prefix() + "hidden/probes.toml";
    let mut probes = probes::read(&file, folder.file("hidden/probes.toml"), plan, problems);
    for probe in &mut probes {
        probe.changes = changes.to_vec();
    }
    probes
}

/// The files that a learner may edit, unless the manifest says.
fn own_files(judging: Judging) -> Vec<String> {
    match judging {
        Judging::Files => vec![FILE.to_owned()],
        Judging::Runbook => vec![runbook::FILE.to_owned(), FILE.to_owned()],
        Judging::Rules => vec![classify::FILE.to_owned()],
    }
}

/// Checks that the file which this kind of judging needs is in the starter, and that the probes fit it.
fn own_file(
    judging: Judging,
    folder: &Folder<'_>,
    starter: &Files,
    probes: &[Probe],
    problems: &mut Vec<Problem>,
) {
    let own = match judging {
        Judging::Files => None,
        Judging::Runbook => Some(("runbook", runbook::FILE)),
        Judging::Rules => Some(("rules", classify::FILE)),
    };
    if let Some((word, own)) = own.filter(|(_, own)| !starter.contains_key(*own)) {
        let file = format!("{}starter/{own}", folder.prefix());
        let help = format!("a lab with `judge = \"{word}\"` hands one out, empty but for comments");
        problems.push(Problem::new(file, "missing").help(help));
    }
    if judging == Judging::Rules {
        let without = probes.iter().filter(|probe| probe.expect.cause.is_none());
        for probe in without {
            let file = folder.prefix() + "hidden/probes.toml";
            let message = format!("probe `{}` expects no `cause`", probe.name);
            problems.push(Problem::new(file, message));
        }
    }
}

impl Table {
    fn upstreams(&self) -> Vec<UpstreamPlan> {
        let upstreams = self.upstreams.iter();
        upstreams.map(|found| found.get_ref().clone()).collect()
    }
}

fn table(folder: &Folder<'_>, starter: &Files, problems: &mut Vec<Problem>) -> Option<Table> {
    let file = folder.prefix() + "exercise.toml";
    let table = match toml::from_str::<Manifest>(folder.manifest) {
        Ok(manifest) => manifest.gateway,
        Err(error) => {
            let help = "a lab needs a table `[gateway]` with `listen`, and `[[gateway.upstream]]`";
            problems.push(toml_problem(&file, folder.manifest, 1, &error).help(help));
            return None;
        }
    };
    collisions(
        &file,
        folder.manifest,
        table.listen,
        &table.upstreams,
        problems,
    );
    check_names(&file, folder.manifest, &table, problems);
    let without = table.symptom.iter().flat_map(|it| it.without.keys());
    unknown_modules(&file, 1, without, problems);
    for path in table.edit.iter().flatten() {
        if !starter.contains_key(path.get_ref()) {
            let message = format!(
                "`edit` names `{}`, which is not in starter/",
                path.get_ref()
            );
            let line = line_of(folder.manifest, path);
            problems.push(Problem::new(&file, message).at(line));
        }
    }
    let starter_folder = folder.prefix() + "starter/";
    check_services(
        starter,
        &starter_folder,
        table.upstreams(),
        table.listen,
        problems,
    );
    Some(table)
}

/// Checks that the upstreams which the name server and `after_start` name are there.
fn check_names(file: &str, text: &str, table: &Table, problems: &mut Vec<Problem>) {
    let upstreams = table.upstreams();
    let named = |name: &str| upstreams.iter().find(|known| known.name == name);
    if let Some(dns) = &table.dns {
        let has_address = |name: &str| named(name).map(|it| it.address.host_v4().is_some());
        for fault in dns.get_ref().faults(has_address) {
            problems.push(Problem::new(file, fault).at(line_of(text, dns)));
        }
    }
    for name in table.after_start.iter().flat_map(Act::upstreams) {
        if named(name).is_none() {
            let message = format!("`after_start` names the upstream `{name}`, which is not there");
            problems.push(Problem::new(file, message));
        }
    }
}

/// Checks the learner's settings in `files`, which are in `folder`, against the declared `upstreams`.
pub(super) fn check_services(
    files: &Files,
    folder: &str,
    mut upstreams: Vec<UpstreamPlan>,
    listen: u16,
    problems: &mut Vec<Problem>,
) {
    let Some(text) = files.get(services::FILE) else {
        return;
    };
    let faults = services::apply(text, &mut upstreams, listen);
    for fault in faults.err().into_iter().flatten() {
        let file = format!("{folder}{}", services::FILE);
        problems.push(Problem::new(file, fault.message).at(fault.line));
    }
}

/// Checks that all `names`, from `line` of `file`, are modules of nginx.
fn unknown_modules<'a>(
    file: &str,
    line: usize,
    names: impl Iterator<Item = &'a String>,
    problems: &mut Vec<Problem>,
) {
    for name in names.filter(|name| Module::named(name).is_none()) {
        let message = format!("nginx has no module `{name}`");
        let help = "name one of the modules that `needs` may name, such as `ssl`";
        problems.push(Problem::new(file, message).at(line).help(help));
    }
}

/// What `plan` declares of a protocol that it does not speak.
fn wrong_protocol(plan: &UpstreamPlan) -> Option<String> {
    let name = &plan.name;
    match plan.protocol {
        Protocol::Http if !plan.scripts.is_empty() => Some(format!(
            "upstream `{name}` has `scripts` and speaks HTTP: add `protocol = \"fastcgi\"`"
        )),
        Protocol::FastCgi if plan.scripts.is_empty() => Some(format!(
            "upstream `{name}` speaks FastCGI and has no `scripts`: name those that it runs"
        )),
        Protocol::FastCgi if !plan.websocket.is_empty() => Some(format!(
            "upstream `{name}` speaks FastCGI, which has no WebSocket: leave `websocket` out"
        )),
        Protocol::Http | Protocol::FastCgi => None,
    }
}

/// Checks that upstreams differ in names, and those that run at the start in addresses, and keep to their
/// protocol; `text` is that of `file`.
pub(super) fn collisions(
    file: &str,
    text: &str,
    listen: u16,
    upstreams: &[Spanned<UpstreamPlan>],
    problems: &mut Vec<Problem>,
) {
    let mut names = BTreeSet::new();
    let mut taken: Vec<&UpstreamPlan> = Vec::new();
    for upstream in upstreams {
        let line = line_of(text, upstream);
        let plan = upstream.get_ref();
        let UpstreamPlan { name, address, .. } = plan;
        if let Some(message) = wrong_protocol(plan) {
            problems.push(Problem::new(file, message).at(line));
        }
        if !names.insert(name) {
            let message = format!("upstream `{name}` appears twice");
            problems.push(Problem::new(file, message).at(line));
        }
        let clashes = |other: &&UpstreamPlan| {
            address.port() == other.address.port() && !takes_turns(plan, other)
        };
        let port = address.port();
        if let Some(port) = port.filter(|port| *port == listen || taken.iter().any(clashes)) {
            let message = format!("port {port} is taken by something else of this lab");
            problems.push(Problem::new(file, message).at(line));
        }
        taken.push(plan);
    }
}

/// Whether two upstreams on one port stand for containers: at different addresses of 127.0.0.0/8, or at one
/// that the other gets once the first is stopped.
fn takes_turns(one: &UpstreamPlan, other: &UpstreamPlan) -> bool {
    let host = |plan: &UpstreamPlan| match plan.address {
        Address::Port(SocketAddr::V4(address)) if address.ip().is_loopback() => Some(*address.ip()),
        Address::Port(_) | Address::Localhost(_) | Address::Socket(_) => None,
    };
    let (Some(first), Some(second)) = (host(one), host(other)) else {
        return false;
    };
    let is_stopped = |plan: &UpstreamPlan| plan.state == InitialState::Stopped;
    first != second || is_stopped(one) || is_stopped(other)
}

/// The wrong solutions whose files exist, completed by those of the starter. Missing files are reported for
/// all kinds alike.
fn wrong(
    folder: &Folder<'_>,
    probes: &[Probe],
    starter: &Files,
    problems: &mut Vec<Problem>,
) -> Vec<(WrongSolution, Files)> {
    let mut found = Vec::new();
    for wrong in folder.wrong {
        let file = folder.prefix() + "exercise.toml";
        for caught_by in wrong.caught_without.values().chain([&wrong.caught_by]) {
            let is_probe = probes.iter().any(|probe| probe.name == *caught_by);
            if !is_probe && !CATCHERS.contains(&caught_by.as_str()) {
                let message = format!("`caught_by` names `{caught_by}`, which is not a probe");
                let help = format!("name a probe, or one of: {}", CATCHERS.join(", "));
                problems.push(Problem::new(&file, message).at(wrong.line).help(help));
            }
        }
        unknown_modules(&file, wrong.line, wrong.caught_without.keys(), problems);
        let part = wrong.path.rsplit_once('/').map_or("", |(part, _)| part);
        let files = files::of_course(folder, &format!("{part}/"));
        if folder.file(&wrong.path).is_some() {
            found.push((wrong.clone(), files::completed(files, starter)));
        }
    }
    found
}

/// The solutions in `accepted/`, a folder each.
fn accepted(folder: &Folder<'_>, starter: &Files) -> Vec<(String, Files)> {
    let parts = folder
        .tree
        .folders(&(folder.prefix() + "accepted/"))
        .into_iter();
    parts
        .map(|name| {
            let part = format!("accepted/{name}/");
            let files = files::of_course(folder, &part);
            (part, files::completed(files, starter))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::source::Tree;

    const MANIFEST: &str = "kind = 'gateway'\n[gateway]\nlisten = 8080\n\
                            [[gateway.upstream]]\nname = 'shop'\naddress = '127.0.0.1:3000'\n";

    fn problems(manifest: &str, probes: &str) -> Vec<String> {
        let (_, problems) = loaded(manifest, probes);
        problems.iter().map(ToString::to_string).collect()
    }

    fn loaded(manifest: &str, probes: &str) -> (GatewayTask, Vec<Problem>) {
        let file =
            |path: &str, text: &str| (format!("exercises/x/{path}"), Cow::Owned(text.to_owned()));
        let tree = Tree::new([
            file("starter/nginx.conf", ""),
            file("solution/nginx.conf", ""),
            file("hidden/probes.toml", probes),
        ]);
        let folder = Folder {
            edition: Edition::Full,
            id: &"x".parse().unwrap(),
            tree: &tree,
            manifest,
            wrong: &[],
        };
        let mut problems = Vec::new();
        (load(&folder, &mut problems), problems)
    }

    #[test]
    fn a_probe_that_is_complete_has_no_problem() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect = { status = 200, from = 'shop' }\n\
                      [[probe]]\nname = 'b'\ntitle = 'B'\nact = [{ stop = 'shop' }]\n\
                      send = { method = 'POST', path = '/x', times = 2 }\nexpect.status = 502\n";
        assert_eq!(problems(MANIFEST, probes), Vec::<String>::new());
    }

    #[test]
    fn every_fault_of_the_probes_is_told_with_its_line() {
        let probes = "[[probe]]\nname = 'a'\ntitle = ''\nexpect = { status = 200, from = 'ship' }\n\
                      [[probe]]\nname = 'a'\ntitle = 'B'\nsend = { path = 'x', times = 0 }\nexpect.status = 502\n";
        let file = "exercises/x/hidden/probes.toml";
        assert_eq!(
            problems(MANIFEST, probes),
            [
                format!("{file}:1: probe `a` has no title"),
                format!("{file}:1: probe `a` names the upstream `ship`, which does not exist"),
                format!("{file}:5: the probe's name `a` is taken"),
                format!(
                    "{file}:5: probe `a` asks for a path that does not start with `/` or has spaces"
                ),
                format!("{file}:5: probe `a` sends nothing"),
            ],
        );
    }

    #[test]
    fn every_probe_knows_what_a_gateway_may_change() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let changes = MANIFEST.replace("8080\n", "8080\nchanges = ['Cookie']\n");
        let probe = &loaded(&changes, probes).0.probes[0];
        assert!(probe.may_change("cookie") && !probe.may_change("path"));
    }

    #[test]
    fn what_holds_without_a_module_names_one_that_there_is() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let with = |without: &str| {
            let symptom = format!("[gateway.symptom]\nstatus = 502\nwithout = {without}\n");
            problems(&(MANIFEST.to_owned() + &symptom), probes)
        };
        assert_eq!(with("{ ssl = 'x' }"), Vec::<String>::new());
        let told = with("{ tls = 'x' }");
        assert!(told[0].contains("nginx has no module `tls`"), "{told:?}");
    }

    #[test]
    fn an_upstream_declares_what_its_protocol_has() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let with = |more: &str| problems(&(MANIFEST.to_owned() + more), probes);
        let whole = "protocol = 'fastcgi'\nscripts = ['index.php']\n";
        assert_eq!(with(whole), Vec::<String>::new());
        for (more, message) in [
            ("scripts = ['index.php']", "has `scripts` and speaks HTTP"),
            (
                "protocol = 'fastcgi'",
                "speaks FastCGI and has no `scripts`",
            ),
            (
                &format!("{whole}websocket = ['/']"),
                "which has no WebSocket",
            ),
        ] {
            let told = with(more);
            assert_eq!(told.len(), 1, "{told:?}");
            let place = "exercises/x/exercise.toml:4: upstream `shop`";
            assert!(
                told[0].starts_with(place) && told[0].contains(message),
                "{told:?}"
            );
        }
    }

    #[test]
    fn a_lab_without_its_table_or_with_a_port_twice_is_told() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let without = problems("kind = 'gateway'\n", probes);
        assert!(
            without[0].contains("missing field `gateway`"),
            "{without:?}"
        );
        let twice = problems(&MANIFEST.replace("3000", "8080"), probes);
        assert!(twice[0].contains("port 8080 is taken"), "{twice:?}");
    }

    #[test]
    fn containers_share_a_port_but_no_address_at_which_two_run() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let with = |upstream: &str| {
            let other = format!("[[gateway.upstream]]\nname = 'new'\n{upstream}\n");
            problems(&(MANIFEST.to_owned() + &other), probes)
        };
        assert_eq!(with("address = '127.0.0.2:3000'"), [""; 0]);
        let stopped = "address = '127.0.0.1:3000'\nstate = 'stopped'";
        assert_eq!(with(stopped), [""; 0]);
        for address in [
            "127.0.0.1:3000",
            "0.0.0.0:3000",
            "localhost:3000",
            "[::1]:3000",
        ] {
            let told = with(&format!("address = '{address}'"));
            assert!(told[0].contains("port 3000 is taken"), "{told:?}");
        }
    }

    #[test]
    fn names_and_what_happens_after_the_start_are_about_upstreams_that_there_are() {
        let probes = "[[probe]]\nname = 'a'\ntitle = 'A'\nexpect.status = 200\n";
        let with = |upstream: &str| {
            let dns = format!(
                "address = '127.0.0.11:53'\nttl = 1\nhosts = {{ 'a.test' = ['{upstream}'] }}"
            );
            let acts = format!("8080\nafter_start = [{{ stop = '{upstream}' }}]\n");
            let manifest = MANIFEST.replace("8080\n", &acts);
            loaded(&format!("{manifest}[gateway.dns]\n{dns}\n"), probes)
        };
        let (task, found) = with("shop");
        assert_eq!(found, []);
        assert!(task.plan.unwrap().hosts().contains("a.test"));
        let found: Vec<_> = with("ship").1.iter().map(ToString::to_string).collect();
        assert!(found[0].contains("`a.test` names the upstream `ship`, which is not there"));
        assert!(
            found[1].contains("`after_start` names the upstream `ship`"),
            "{found:?}"
        );
    }
}
