//! Takes the server at the other end.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [only] => Route::Only(only.clone()),
        [rest @ .., last] => Route::WithSpares {
            first: last.clone(),
            spares: rest.len(),
        },
    }
}
