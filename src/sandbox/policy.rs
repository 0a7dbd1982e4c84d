//! A policy: everything the launcher needs to know about a job, as `name=value` arguments.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::guard::{Guard, guard};
use super::job::{Limits, Stage};
use super::room::Room;
use super::rule::Rule;
use super::seclusion::Seclusion;
use super::view::{Access, View};

/// The argument that ends a policy.
const END: &str = "--";

/// How the launcher confines itself before it execs a job's program. It comes from Gradus, which is
/// trusted; the program cannot influence it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The guard that confines the job.
    pub guard: &'static dyn Guard,
    pub stage: Stage,
    /// Its resource limits; wall time and output are enforced by Gradus, outside.
    pub limits: Limits,
    /// The files it can see.
    pub view: View,
    /// Its own namespaces.
    pub seclusion: Seclusion,
    /// Its size-limited folders.
    pub rooms: Vec<Room>,
    /// Whether it runs as an unprivileged user that no account has.
    pub as_spare_user: bool,
    /// The disabled rules: none in a release build.
    pub off: Vec<Rule>,
    /// What [`Guard::make_ready`] prepared for [`Guard::seal`].
    pub ready: Arc<str>,
    /// The id of the process that starts the launcher; 0 if it is not known beforehand.
    pub parent: u64,
    /// A random token that tells the launcher's messages from the program's output.
    pub token: String,
}

impl Policy {
    pub(crate) fn holds(&self, rule: Rule) -> bool {
        !self.off.contains(&rule)
    }

    /// Returns the policy as arguments, [`END`] included.
    pub(crate) fn words(&self) -> Vec<OsString> {
        let mut words = vec![
            word("guard", self.guard.name()),
            word("stage", self.stage.word()),
            word("cpu", self.limits.cpu.as_secs().max(1).to_string()),
            word("memory", self.limits.memory.to_string()),
            word("file", self.limits.file.to_string()),
            word("parent", self.parent.to_string()),
            word("secluded", self.seclusion.word()),
            word("token", &self.token),
        ];
        words.extend((!self.ready.is_empty()).then(|| word("ready", &*self.ready)));
        words.extend(self.as_spare_user.then(|| word("user", "spare")));
        words.extend(self.off.iter().map(|rule| word("off", rule.word())));
        words.extend(self.rooms.iter().map(|room| word("room", room.word())));
        let made = self.view.made.iter();
        words.extend(made.map(|(path, text)| word("made", format!("{}\n{text}", path.display()))));
        let paths = self.view.granted.iter();
        words.extend(paths.map(|(access, path)| word(access.word(), path)));
        words.push(END.into());
        words
    }

    /// Reads a policy from the front of `words`, and returns it with the words after it.
    pub(crate) fn read(words: &[OsString]) -> io::Result<(Self, &[OsString])> {
        let end = words.iter().position(|word| word == END);
        let (words, rest) = words.split_at(end.ok_or_else(|| refused("no end"))?);
        let mut policy = Self::new(super::guard::GUARDS[0], Stage::Learner);
        for word in words {
            let bytes = word.as_bytes();
            let equals = bytes.iter().position(|byte| *byte == b'=');
            let (name, value) = bytes.split_at(equals.ok_or_else(|| refused("no value"))?);
            let name = str::from_utf8(name).map_err(|_| refused("no name"))?;
            policy.take(name, OsStr::from_bytes(&value[1..]))?;
        }
        Ok((policy, &rest[1..]))
    }

    /// Returns a policy with no view, and with limits that are still to be set.
    pub(super) fn new(guard: &'static dyn Guard, stage: Stage) -> Self {
        Self {
            guard,
            stage,
            limits: Limits::trusted(),
            view: View::default(),
            seclusion: Seclusion::None,
            rooms: Vec::new(),
            as_spare_user: false,
            off: Vec::new(),
            ready: Arc::default(),
            parent: 0,
            token: String::new(),
        }
    }

    fn take(&mut self, name: &str, value: &OsStr) -> io::Result<()> {
        if let Some((access, _)) = Access::ALL.iter().find(|(_, word)| *word == name) {
            let path = PathBuf::from(OsString::from_vec(value.as_bytes().to_vec()));
            self.view.granted.push((*access, path));
            return Ok(());
        }
        if name == "room" {
            let room = Room::parse(value).ok_or_else(|| refused(name))?;
            self.rooms.push(room);
            return Ok(());
        }
        let text = value.to_str().ok_or_else(|| refused(name))?;
        let number = || text.parse::<u64>().map_err(|_| refused(name));
        let unknown = || refused(text);
        match name {
            "guard" => self.guard = guard(text).ok_or_else(unknown)?,
            "stage" => self.stage = Stage::parse(text).ok_or_else(unknown)?,
            "cpu" => self.limits.cpu = Duration::from_secs(number()?),
            "memory" => self.limits.memory = number()?,
            "file" => self.limits.file = number()?,
            "parent" => self.parent = number()?,
            "ready" => self.ready = text.into(),
            "token" => text.clone_into(&mut self.token),
            "user" => self.as_spare_user = true,
            "secluded" => self.seclusion = Seclusion::parse(text).ok_or_else(unknown)?,
            "made" => {
                let (path, made) = text.split_once('\n').ok_or_else(unknown)?;
                self.view.made.push((path.into(), made.to_owned()));
            }
            #[cfg(debug_assertions)]
            "off" => self.off.push(Rule::parse(text).ok_or_else(unknown)?),
            _ => return Err(refused(name)),
        }
        Ok(())
    }
}

fn word(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut word = OsString::from(name);
    word.push("=");
    word.push(value);
    word
}

fn refused(what: &str) -> io::Error {
    let words = format!("no policy of a launcher: {what}");
    io::Error::new(io::ErrorKind::InvalidInput, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_as_it_was_written() {
        let strange = PathBuf::from(OsString::from_vec(b"/a b\n=\xff/--".to_vec()));
        let mut policy = Policy::new(super::super::guard::GUARDS[0], Stage::Learner);
        let view = View::new().with(Access::Write, &strange);
        policy.view = view.with_made("/etc/hosts", "127.0.0.1 localhost\n=\n");
        policy.rooms = vec![Room {
            folder: strange.join(",a,"),
            bytes: 1 << 40,
            files: 7,
        }];
        #[cfg(debug_assertions)]
        policy.off.extend([Rule::Files, Rule::Kernel]);
        policy.as_spare_user = true;
        policy.seclusion = Seclusion::Files;
        policy.stage = Stage::Compile;
        policy.token = "abc".to_owned();
        policy.ready = "AA==".into();
        let mut words = policy.words();
        words.push("/bin/true".into());
        let (read, rest) = Policy::read(&words).unwrap();
        assert_eq!(format!("{read:?}"), format!("{policy:?}"));
        assert_eq!(rest, ["/bin/true"]);
    }

    #[test]
    fn only_a_debug_build_can_be_told_to_leave_a_rule_out() {
        let words = ["off=files", "--"].map(OsString::from);
        assert_eq!(Policy::read(&words).is_ok(), cfg!(debug_assertions));
    }

    #[test]
    fn words_that_are_no_policy_are_refused() {
        for words in [&["stage=learner"][..], &["odd=1", "--"], &["stage", "--"]] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert!(Policy::read(&words).is_err(), "{words:?}");
        }
    }

    #[test]
    #[cfg(debug_assertions)]
    fn a_rule_holds_unless_it_is_off() {
        let mut policy = Policy::new(super::super::guard::GUARDS[0], Stage::Learner);
        policy.off = vec![Rule::Kernel];
        for (rule, _) in Rule::ALL {
            assert_eq!(policy.holds(rule), rule != Rule::Kernel, "{rule:?}");
        }
    }

    #[test]
    fn values_that_are_unknown_are_refused() {
        for word in [
            "guard=?",
            "stage=?",
            "cpu=?",
            "memory=-1",
            "file=",
            "parent=x",
            "secluded=?",
            "off=?",
            "made=/x",
            "room=1,2",
        ] {
            let error = Policy::read(&[word.into(), END.into()]).unwrap_err();
            let words = error.to_string();
            assert!(words.starts_with("no policy of a launcher: "), "{words}");
        }
    }
}
