//! Treats a pool of one like a larger one.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [first, rest @ ..] => Route::WithSpares {
            first: first.clone(),
            spares: rest.len(),
        },
    }
}
