//! Values as bytes: integers little-endian, lengths as 32 bits, variants as one byte.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

pub trait Put {
    fn put(&self, out: &mut Vec<u8>);
}

/// A value that can be read back. References are leaked: a check is short.
pub trait Get: Sized {
    /// Takes a value off the front of `bytes`; `None` if they are malformed.
    fn get(bytes: &mut &'static [u8]) -> Option<Self>;
}

fn take(bytes: &mut &'static [u8], count: usize) -> Option<&'static [u8]> {
    let (front, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(front)
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl Put for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }
        impl Get for $number {
            fn get(bytes: &mut &'static [u8]) -> Option<Self> {
                take(bytes, size_of::<$number>())?.try_into().ok().map(Self::from_le_bytes)
            }
        }
    )* };
}
numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

fn put_length(length: usize, out: &mut Vec<u8>) {
    u32::try_from(length).expect("a value of less than 4 GiB").put(out);
}

fn get_length(bytes: &mut &'static [u8]) -> Option<usize> {
    let length = u32::get(bytes)? as usize;
    (length <= bytes.len().saturating_mul(64).saturating_add(64)).then_some(length)
}

impl Put for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl Get for bool {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        Some(u8::get(bytes)? != 0)
    }
}

impl Put for char {
    fn put(&self, out: &mut Vec<u8>) {
        u32::from(*self).put(out);
    }
}

impl Get for char {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        Self::from_u32(u32::get(bytes)?)
    }
}

impl Put for () {
    fn put(&self, _out: &mut Vec<u8>) {}
}

impl Get for () {
    fn get(_bytes: &mut &'static [u8]) -> Option<Self> {
        Some(())
    }
}

impl Put for str {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }
}

impl Get for &'static str {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        let length = u32::get(bytes)? as usize;
        std::str::from_utf8(take(bytes, length)?).ok()
    }
}

impl Put for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().put(out);
    }
}

impl Get for String {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        <&str>::get(bytes).map(str::to_owned)
    }
}

impl<T: Put + ?Sized> Put for &T {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

impl<T: Get> Get for &'static T {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        T::get(bytes).map(|value| &*Box::leak(Box::new(value)))
    }
}

impl<T: Put + ?Sized> Put for Box<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

impl<T: Get> Get for Box<T> {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        T::get(bytes).map(Self::new)
    }
}

impl<T: Put> Put for [T] {
    fn put(&self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        self.iter().for_each(|item| item.put(out));
    }
}

impl<T: Get> Get for &'static [T] {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        Vec::get(bytes).map(|items| &*Vec::leak(items))
    }
}

impl<T: Put, const N: usize> Put for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|item| item.put(out));
    }
}

impl<T: Get, const N: usize> Get for [T; N] {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        let items: Option<Vec<T>> = (0..N).map(|_| T::get(bytes)).collect();
        items?.try_into().ok()
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|value| value.put(out));
    }
}

impl<T: Get> Get for Option<T> {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        if bool::get(bytes)? { T::get(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Put, E: Put> Put for Result<T, E> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_ok().put(out);
        match self {
            Ok(value) => value.put(out),
            Err(error) => error.put(out),
        }
    }
}

impl<T: Get, E: Get> Get for Result<T, E> {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        if bool::get(bytes)? { T::get(bytes).map(Ok) } else { E::get(bytes).map(Err) }
    }
}

macro_rules! collections {
    ($($collection:ident<$($item:ident),+> where [$($bound:tt)*];)*) => { $(
        impl<$($item: Put),+> Put for $collection<$($item),+> {
            fn put(&self, out: &mut Vec<u8>) {
                put_length(self.len(), out);
                self.iter().for_each(|item| item.put(out));
            }
        }
        impl<$($item: Get),+> Get for $collection<$($item),+> where $($bound)* {
            fn get(bytes: &mut &'static [u8]) -> Option<Self> {
                (0..get_length(bytes)?).map(|_| Get::get(bytes)).collect()
            }
        }
    )* };
}
collections! {
    Vec<T> where [];
    BTreeSet<T> where [T: Ord];
    HashSet<T> where [T: Eq + Hash];
    BTreeMap<K, V> where [K: Ord];
    HashMap<K, V> where [K: Eq + Hash];
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))*) => { $(
        impl<$($name: Put),+> Put for ($($name,)+) {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$index.put(out);)+
            }
        }
        impl<$($name: Get),+> Get for ($($name,)+) {
            fn get(bytes: &mut &'static [u8]) -> Option<Self> {
                Some(($($name::get(bytes)?,)+))
            }
        }
    )* };
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

impl Put for Duration {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_secs().put(out);
        self.subsec_nanos().put(out);
    }
}

impl Get for Duration {
    fn get(bytes: &mut &'static [u8]) -> Option<Self> {
        let (seconds, nanos) = <(u64, u32)>::get(bytes)?;
        (nanos < 1_000_000_000).then(|| Self::new(seconds, nanos))
    }
}

macro_rules! as_text {
    ($($name:ty)*) => { $(
        impl Put for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.to_string().put(out);
            }
        }
        impl Get for $name {
            fn get(bytes: &mut &'static [u8]) -> Option<Self> {
                <&str>::get(bytes)?.parse().ok()
            }
        }
    )* };
}
as_text!(IpAddr Ipv4Addr Ipv6Addr SocketAddr);
