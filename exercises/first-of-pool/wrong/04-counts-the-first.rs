//! Counts the whole pool as spares.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [only] => Route::Only(only.clone()),
        [first, ..] => Route::WithSpares {
            first: first.clone(),
            spares: pool.len(),
        },
    }
}
