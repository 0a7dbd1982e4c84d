//! Counts in a type that ends at 255.

use contract::Route;

/// Tells where a request can go in `pool`.
pub fn first_of_pool(pool: &[String]) -> Route {
    match pool {
        [] => Route::Nowhere,
        [only] => Route::Only(only.clone()),
        [first, rest @ ..] => Route::WithSpares {
            first: first.clone(),
            spares: usize::from(rest.len() as u8),
        },
    }
}
