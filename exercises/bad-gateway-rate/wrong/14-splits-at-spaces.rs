//! Wrong: a field with several attempts is torn apart at its spaces.

use contract::Counts;

pub fn count_lines(log: &str) -> Counts {
    let mut counts = Counts::default();
    for text in log.lines().filter(|text| !text.trim().is_empty()) {
        if count(text, &mut counts).is_none() {
            counts.malformed += 1;
        }
    }
    counts
}

fn count(text: &str, counts: &mut Counts) -> Option<()> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [status, _ua, us, _uct, uht, _urt, _ubr, sent, len, method] = fields[..] else {
        return None;
    };
    let us = us.strip_prefix("us=[")?.strip_suffix(']')?;
    let uht = uht.strip_prefix("uht=[")?.strip_suffix(']')?;
    let sent: u64 = sent.strip_prefix("sent=")?.parse().ok()?;
    let len: Option<u64> = len.strip_prefix("len=")?.parse().ok();
    let method = method.strip_prefix("method=")?;
    if status.len() != 3 || status.parse::<u16>().is_err() {
        return None;
    }
    counts.requests += 1;
    match status {
        "009" => counts.not_http_009 += 1,
        "504" => counts.timeout_504 += 1,
        "502" if us == "502" && uht != "-" => counts.app_502 += 1,
        "502" => counts.gateway_502 += 1,
        "200" if method != "HEAD" && len.is_some_and(|len| sent < len) => counts.cut_200 += 1,
        _ if us.contains(", ") => counts.retried += 1,
        _ => {}
    }
    Some(())
}

pub fn bad_gateway_rate(counts: &Counts) -> Option<u64> {
    let product = u128::from(counts.gateway_502) * 1000;
    let rate = product.checked_div(u128::from(counts.requests))?;
    u64::try_from(rate).ok()
}
