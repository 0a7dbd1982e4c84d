//! Knows pools of up to two servers.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [first, _] => Route::WithSpares {
            first: first.clone(),
            spares: 1,
        },
        [first, ..] => Route::Only(first.clone()),
    }
}
