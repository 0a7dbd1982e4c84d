//! Some pools that the function must handle. Add your own.

use contract::Route;
use first_of_pool::first_of_pool;

fn pool(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

#[test]
fn empty() {
    assert_eq!(first_of_pool(&[]), Route::Nowhere);
}

#[test]
fn one_server() {
    let expected = Route::Only("127.0.0.1:3001".to_string());
    assert_eq!(first_of_pool(&pool(&["127.0.0.1:3001"])), expected);
}

#[test]
fn three_servers() {
    let expected = Route::WithSpares {
        first: "b:1".to_string(),
        spares: 2,
    };
    assert_eq!(first_of_pool(&pool(&["b:1", "a:1", "c:1"])), expected);
}
