//! A real, headless browser, driven over pipes: nothing listens on a port.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use gradus::sys::files::is_executable;
use serde_json::{Value, json};

/// The names that Chromium goes by.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// A page in a browser that all tests share, one after the other. It ends when the line to it does, with
/// the process of the tests.
pub(super) struct Browser {
    _child: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: String,
    next: u64,
    /// What the page asked of the network, and what went wrong in it.
    pub(super) events: Vec<Value>,
}

/// Returns the browser of this machine: the one that `GRADUS_CHROMIUM` names, which must be there,
/// else the one on `PATH`.
#[expect(clippy::disallowed_methods, reason = "the browser is the machine's")]
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("GRADUS_CHROMIUM") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "there is no {}", named.display());
        return Some(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| is_executable(place))
}

impl Browser {
    /// Returns the browser for the test that runs, started at its first use; `None` where there is none.
    pub(super) fn of_tests() -> Option<MutexGuard<'static, Self>> {
        static SHARED: LazyLock<Option<Mutex<Browser>>> =
            LazyLock::new(|| Some(Mutex::new(Browser::start(&program()?))));
        // A test that failed leaves a page, and the next opens another.
        let shared = SHARED.as_ref()?;
        Some(shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts `program` without a window.
    #[expect(clippy::disallowed_methods, reason = "the tests start the browser")]
    fn start(program: &Path) -> Self {
        let home = tempfile::tempdir().expect("a scratch folder").keep();
        // The browser reads its orders from descriptor 3 and answers on 4.
        let line = "\"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null; rm -rf \"$HOME\"";
        let profile = format!("--user-data-dir={}", home.join("profile").display());
        let mut child = Command::new("sh")
            .args(["-c", line])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--remote-debugging-pipe", &profile])
            .env("HOME", &home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let words = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut browser = Self {
            _child: child,
            words,
            answers,
            session: String::new(),
            next: 0,
            events: Vec::new(),
        };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.ask("Target.attachToTarget", &attach);
        let session = attached["sessionId"].as_str().expect("a session");
        session.clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Sends a command and returns its result.
    pub(super) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        write!(self.words, "{message}\0").expect("the browser listens");
        self.words.flush().expect("the browser listens");
        loop {
            let answer = self.hear();
            if answer["id"] == self.next {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.answers
            .read_until(0, &mut bytes)
            .expect("the browser answers");
        assert_eq!(bytes.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Opens the file `path`, in a window of `width` and with the looks `scheme`, and waits until
    /// it is loaded.
    pub(super) fn open(&mut self, path: &Path, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let looks = json!({ "media": "", "features": scheme });
        self.ask("Emulation.setEmulatedMedia", &looks);
        self.events.clear();
        self.ask(
            "Page.navigate",
            &json!({ "url": format!("file://{}", path.display()) }),
        );
        self.wait_for("Page.loadEventFired");
    }

    /// Shows the page as it goes to paper.
    pub(super) fn print(&mut self) {
        self.ask("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    }

    /// Waits until an event called `method` has been heard, and returns the first.
    pub(super) fn wait_for(&mut self, method: &str) -> Value {
        loop {
            if let Some(event) = self.heard(method).first() {
                return (*event).clone();
            }
            let event = self.hear();
            self.events.push(event);
        }
    }

    /// Returns the value of `script` in the page.
    pub(super) fn value(&mut self, script: &str) -> Value {
        let parameters = json!({ "expression": script, "returnByValue": true });
        let result = self.ask("Runtime.evaluate", &parameters);
        assert!(result["exceptionDetails"].is_null(), "{script}: {result}");
        result["result"]["value"].clone()
    }

    /// Returns the events called `method`.
    pub(super) fn heard(&self, method: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events.filter(|event| event["method"] == method).collect()
    }
}
