//! Tells where a request can go in a pool.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [only] => Route::Only(only.clone()),
        [first, rest @ ..] => Route::WithSpares {
            first: first.clone(),
            spares: rest.len(),
        },
    }
}
