//! What PHP-FPM answers by itself, where a request names no script of it.

use std::path::Path;

use super::fastcgi::FastCgiRequest;

/// What PHP-FPM answers without running a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FpmAnswer {
    pub(super) status: u16,
    pub(super) body: &'static str,
    /// The records of standard error, which nginx logs.
    pub(super) stderr: Vec<u8>,
}

/// What PHP-FPM answers if `request` names none of `scripts`, or has no method. A folder of a script is a
/// file that is none; what follows a script's name is its `PATH_INFO`.
pub(super) fn answer_without_script(
    request: &FastCgiRequest,
    scripts: &[impl AsRef<Path>],
) -> Option<FpmAnswer> {
    let answer = |status, body, stderr: &str| FpmAnswer {
        status,
        body,
        stderr: request.stderr(stderr),
    };
    if request.request.method.is_empty() {
        return Some(answer(200, "", ""));
    }
    let text = request.script.as_deref().unwrap_or_default();
    let path = Path::new(text);
    let is_script = |part: &Path| scripts.iter().any(|script| script.as_ref() == part);
    if path.ancestors().any(is_script) {
        return None;
    }
    let mut folders = scripts.iter().filter_map(|it| it.as_ref().parent());
    if !text.is_empty() && folders.any(|folder| folder.starts_with(path)) {
        let denied = format!(
            "Access to the script '{text}' has been denied (see security.limit_extensions)"
        );
        return Some(answer(403, "Access denied.\n", &denied));
    }
    Some(answer(404, "File not found.\n", "Primary script unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::gateway::lab::upstream::fastcgi::tests::{read, request};

    #[test]
    fn a_script_is_found_as_php_fpm_finds_it() {
        let scripts = ["/srv/shop/index.php"];
        let status = |params: &[(&str, &str)]| {
            let found = read(&request(params, b"")).remove(0);
            let answer = answer_without_script(&found, &scripts);
            answer.map(|answer| answer.status)
        };
        let get = ("REQUEST_METHOD", "GET");
        let named = |path: &str| status(&[get, ("SCRIPT_FILENAME", path)]);
        for path in [
            "/srv/shop/index.php",
            "/srv/shop//index.php",
            "/srv/shop/index.php/a",
        ] {
            assert_eq!(named(path), None, "{path}");
        }
        for path in ["", "/index.php", "/srv/shop/index.phpx", "/srv/shop/books"] {
            assert_eq!(named(path), Some(404), "{path}");
        }
        assert_eq!(named("/srv/shop/"), Some(403));
        assert_eq!(status(&[get]), Some(404));
        let path = "/srv/shop/index.php";
        assert_eq!(status(&[("SCRIPT_FILENAME", path)]), Some(200));
        assert_eq!(status(&[get, ("PATH_TRANSLATED", path)]), None);
        let twice = [get, ("SCRIPT_FILENAME", ""), ("SCRIPT_FILENAME", path)];
        assert_eq!(status(&twice), None);
    }
}
