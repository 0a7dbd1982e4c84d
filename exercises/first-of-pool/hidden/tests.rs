//! Hidden tests of `first_of_pool`.

use contract::Route;
use first_of_pool::first_of_pool;

fn route(names: &[&str]) -> Route {
    let pool: Vec<String> = names.iter().map(|name| (*name).to_string()).collect();
    first_of_pool(&pool)
}

fn only(name: &str) -> Route {
    Route::Only(name.to_string())
}

fn with_spares(first: &str, spares: usize) -> Route {
    Route::WithSpares {
        first: first.to_string(),
        spares,
    }
}

/// An empty pool leads nowhere and does not panic
#[test]
fn empty_pool_leads_nowhere() {
    assert_eq!(route(&[]), Route::Nowhere);
}

/// A single server is the only one
#[test]
fn single_server_is_the_only_one() {
    assert_eq!(route(&["127.0.0.1:3001"]), only("127.0.0.1:3001"));
}

/// Two servers are a first and one spare
#[test]
fn two_servers_are_first_and_spare() {
    assert_eq!(route(&["a:1", "b:1"]), with_spares("a:1", 1));
}

/// The spares are all entries behind the first, however many
#[test]
fn spares_are_counted_without_the_first() {
    assert_eq!(route(&["a:1", "b:1", "c:1"]), with_spares("a:1", 2));
    let names: Vec<String> = (0..40).map(|n| format!("10.0.0.7:{}", 3000 + n)).collect();
    for length in 2..names.len() {
        let expected = with_spares("10.0.0.7:3000", length - 1);
        assert_eq!(first_of_pool(&names[..length]), expected);
    }
    assert_eq!(route(&["a:1"; 300]), with_spares("a:1", 299));
}

/// The first server is the first entry of the pool
#[test]
fn first_is_the_one_that_stands_first() {
    assert_eq!(route(&["c:1", "a:1", "b:1"]), with_spares("c:1", 2));
    assert_eq!(route(&["b:1", "c:1", "a:1"]), with_spares("b:1", 2));
}

/// A name that appears twice counts twice
#[test]
fn name_that_stands_twice_counts_twice() {
    assert_eq!(route(&["a:1", "a:1"]), with_spares("a:1", 1));
    assert_eq!(route(&["a:1", "b:1", "a:1", "b:1"]), with_spares("a:1", 3));
}

/// Names are returned as they are
#[test]
fn names_are_returned_as_they_are() {
    assert_eq!(route(&["[::1]:3000"]), only("[::1]:3000"));
    assert_eq!(
        route(&["unix:/run/app.sock", ""]),
        with_spares("unix:/run/app.sock", 1)
    );
    assert_eq!(route(&["", "b:1"]), with_spares("", 1));
    assert_eq!(route(&[""]), only(""));
    assert_eq!(route(&[" App.Test:80 "]), only(" App.Test:80 "));
}
