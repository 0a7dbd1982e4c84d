//! Parses the commands `nginx` and `svc` as a learner types them.

use super::protocol::{CommandOutput, LabRequest, NginxCommand, ServiceCommand};

const NGINX: &str = "\
nginx of this lab. It reads the nginx.conf of the exercise's folder.

  nginx             starts it
  nginx -t          tests nginx.conf
  nginx -T          tests it and prints it
  nginx -s reload   reads nginx.conf again; requests go on
  nginx -s reopen   opens the logs again
  nginx -s quit     stops it when its requests are done
  nginx -s stop     stops it at once
  nginx -v, -V      the version; how it was built
";

const SVC: &str = "\
svc: the services behind nginx.

  svc status [NAME]   which ones run, and where
  svc start NAME      systemctl start NAME     docker start NAME
  svc stop NAME       systemctl stop NAME      docker stop NAME
  svc restart NAME    systemctl restart NAME   docker restart NAME
  svc kill NAME       systemctl kill NAME      docker kill NAME
  svc logs NAME       journalctl -u NAME       docker logs NAME

start and restart read services.toml again, where there is one.
";

/// Parses the arguments of `nginx`. `Err` is what it prints instead of asking the lab: help, or a usage
/// error.
pub(crate) fn nginx(arguments: &[String]) -> Result<LabRequest, CommandOutput> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let word = match words.as_slice() {
        [] => NginxCommand::Start,
        ["-t"] => NginxCommand::Test,
        ["-T"] => NginxCommand::Dump,
        ["-v"] => NginxCommand::Version,
        ["-V"] => NginxCommand::Build,
        ["-s", "reload"] | ["-sreload"] => NginxCommand::Reload,
        ["-s", "reopen"] | ["-sreopen"] => NginxCommand::Reopen,
        ["-s", "stop"] | ["-sstop"] => NginxCommand::Stop,
        ["-s", "quit"] | ["-squit"] => NginxCommand::Quit,
        ["-h" | "-?" | "--help"] => return Err(CommandOutput::fine(NGINX)),
        ["-s"] => {
            return Err(CommandOutput::failed(
                "nginx: option \"-s\" requires parameter: reload, reopen, quit or stop\n",
            ));
        }
        ["-s", other] => {
            return Err(CommandOutput::failed(format!(
                "nginx: invalid option: \"-s {other}\"\n"
            )));
        }
        other => {
            return Err(CommandOutput::failed(format!(
                "nginx {}: the lab's nginx takes no such option; it always reads the nginx.conf of \
                 the exercise\n\n{NGINX}",
                other.join(" ")
            )));
        }
    };
    Ok(LabRequest::Nginx { word })
}

/// Like [`nginx`], for `svc`.
pub(crate) fn svc(arguments: &[String]) -> Result<LabRequest, CommandOutput> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (word, name) = match words.as_slice() {
        [] | ["-h" | "--help" | "help"] => return Err(CommandOutput::fine(SVC)),
        [word] => (service_word(word), None),
        [word, name] => match (service_word(word), service_word(name)) {
            (None, Some(_)) => {
                return Err(CommandOutput::failed(format!(
                    "svc: the word comes first: svc {name} {word}\n"
                )));
            }
            (word, _) => (word, Some((*name).to_owned())),
        },
        _ => {
            return Err(CommandOutput::failed(format!(
                "svc: one service at a time\n\n{SVC}"
            )));
        }
    };
    let Some(word) = word else {
        return Err(CommandOutput::failed(format!(
            "svc: no such word: {}\n\n{SVC}",
            words[0]
        )));
    };
    Ok(LabRequest::Service { word, name })
}

fn service_word(word: &str) -> Option<ServiceCommand> {
    Some(match word {
        "start" => ServiceCommand::Start,
        "stop" => ServiceCommand::Stop,
        "restart" => ServiceCommand::Restart,
        "kill" => ServiceCommand::Kill,
        "status" => ServiceCommand::Status,
        "logs" => ServiceCommand::Logs,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn nginx_is_asked_as_on_a_server() {
        let ask = |line: &str| nginx(&words(line));
        let is = |word| Ok(LabRequest::Nginx { word });
        assert_eq!(ask(""), is(NginxCommand::Start));
        assert_eq!(ask("-t"), is(NginxCommand::Test));
        assert_eq!(ask("-s reload"), is(NginxCommand::Reload));
        assert!(
            ask("-c other.conf")
                .unwrap_err()
                .stderr
                .contains("no such option")
        );
        assert_eq!(ask("-s reboot").unwrap_err().code, 1);
    }

    #[test]
    fn services_are_asked_by_word_and_name() {
        let ask = |line: &str| svc(&words(line));
        let request = LabRequest::Service {
            word: ServiceCommand::Start,
            name: Some("shop".into()),
        };
        assert_eq!(ask("start shop"), Ok(request));
        let turned = ask("shop start").unwrap_err();
        assert_eq!(turned.stderr, "svc: the word comes first: svc start shop\n");
        assert!(ask("--help").unwrap_err().stdout.contains("systemctl"));
    }
}
