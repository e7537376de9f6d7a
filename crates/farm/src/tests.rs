//! The crawler on a few hundred sites.

use enrichment::address::Names;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::judge::{Rule, violations};
use crate::server::{Farm, Served};
use crate::site::Forbidden;
use crate::{runtime, visit};

/// Enough that everything that is special and every way of writing occurs.
const SITES: usize = 400;

#[test]
fn every_fact_is_found_every_outcome_is_due_and_no_rule_is_broken() {
    // Endless pages are read a tenth as far, as most of the time would go there.
    let plan = visit::Plan { seed: 20_261_129, sites: SITES, max_bytes: Some(200_000) };
    let visits = runtime().unwrap().block_on(visit::all(plan)).unwrap();
    assert!(visits.outcomes.len() >= SITES);
    assert!(visits.requests > 2 * SITES, "{}", visits.requests);
    let told: Vec<String> = visits.violations.iter().map(ToString::to_string).collect();
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(visits.surprises, Vec::<String>::new());
    assert_eq!(visits.score.differences, Vec::<String>::new());
}

/// Asks for a page and waits for the start of the answer.
async fn ask(farm: &Farm, host: &str, path: &str) {
    let mut stream = TcpStream::connect(farm.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_ne!(stream.read(&mut [0; 64]).await.unwrap(), 0);
}

async fn rude_visit(farm: &Farm) {
    let closed = farm.sites.iter().map(|site| &site.hosts[0]).find_map(|host| match &host.policy.forbidden {
        Forbidden::Below(paths) => Some((host, &paths[0])),
        _ => None,
    });
    let (host, path) = closed.unwrap();
    for path in [path.as_str(), "/", "/"] {
        ask(farm, &host.name, path).await;
    }
    assert!(farm.addresses("elsewhere.example").await.is_err());
    let mut stream = TcpStream::connect(farm.forbidden).await.unwrap();
    // The socket is closed once the visit has been noted.
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
}

#[test]
fn a_rude_visitor_is_told_of() {
    let broken: Vec<Rule> = runtime().unwrap().block_on(async {
        let served = Served::start(1, 300).await.unwrap();
        let farm = &served.farm;
        rude_visit(farm).await;
        let (entries, outside) = (farm.log.entries(), farm.log.attempts_outside());
        violations(&farm.sites, &entries, &outside).into_iter().map(|violation| violation.rule).collect()
    });
    let expect = [Rule::Outside, Rule::Outside, Rule::Forbidden, Rule::Early, Rule::Early, Rule::Twice];
    assert_eq!(broken, expect);
}
