//! Takes what an internal redirect gives for one attempt.

use contract::Counts;

/// Counts the lines of an access log, each by what it says.
pub fn count_lines(log: &str) -> Counts {
    let mut counts = Counts::default();
    for text in log.lines() {
        if text.trim().is_empty() {
            continue;
        }
        match Line::parse(text) {
            Some(line) => line.count(&mut counts),
            None => counts.malformed += 1,
        }
    }
    counts
}

/// How many of a thousand requests the gateway itself turned into a 502.
pub fn bad_gateway_rate(counts: &Counts) -> Option<u64> {
    let product = u128::from(counts.gateway_502) * 1000;
    let rate = product.checked_div(u128::from(counts.requests))?;
    u64::try_from(rate).ok()
}

/// The fields of a well-formed line that matter here.
struct Line<'a> {
    status: &'a str,
    us: &'a str,
    uht: &'a str,
    sent: u64,
    len: Option<u64>,
    method: &'a str,
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        // Each field ends where the next one starts. Looking for the whole
        // `] us=[` and not for `]` keeps `[::1]:3000` in one piece.
        let (status, rest) = text.split_once(" ua=[")?;
        let (_ua, rest) = rest.split_once("] us=[")?;
        let (us, rest) = rest.split_once("] uct=[")?;
        let (_uct, rest) = rest.split_once("] uht=[")?;
        let (uht, rest) = rest.split_once("] urt=[")?;
        let (_urt, rest) = rest.split_once("] ubr=[")?;
        let (_ubr, rest) = rest.split_once("] sent=")?;
        let (sent, rest) = rest.split_once(" len=")?;
        let (len, method) = rest.split_once(" method=")?;
        if status.len() != 3 || !all_digits(status) {
            return None;
        }
        Some(Line {
            status,
            us,
            uht,
            sent: number(sent)?,
            len: number(len),
            method,
        })
    }

    fn count(&self, counts: &mut Counts) {
        counts.requests += 1;
        let counter = match self.status {
            "009" => &mut counts.not_http_009,
            "504" => &mut counts.timeout_504,
            "502" if self.app_said_502() => &mut counts.app_502,
            "502" => &mut counts.gateway_502,
            "200" if self.is_cut() => &mut counts.cut_200,
            _ if self.us.contains(", ") => &mut counts.retried,
            _ => return,
        };
        *counter += 1;
    }

    /// Whether a header came with the 502 that counts, the last one.
    fn app_said_502(&self) -> bool {
        attempts(self.us)
            .zip(attempts(self.uht))
            .filter(|&(status, _)| status == "502")
            .last()
            .is_some_and(|(_, header_time)| header_time != "-")
    }

    fn is_cut(&self) -> bool {
        self.method != "HEAD" && self.len.is_some_and(|len| self.sent < len)
    }
}

/// The values of one field, one for each attempt.
fn attempts(field: &str) -> impl Iterator<Item = &str> {
    field.split(", ")
}

fn number(text: &str) -> Option<u64> {
    if all_digits(text) {
        text.parse().ok()
    } else {
        None
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
