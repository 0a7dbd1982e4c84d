//! Cleans up the names on the way.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    let names: Vec<&str> = pool
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    match names.as_slice() {
        [] => Route::Nowhere,
        [only] => Route::Only(only.to_string()),
        [first, rest @ ..] => Route::WithSpares {
            first: first.to_string(),
            spares: rest.len(),
        },
    }
}
