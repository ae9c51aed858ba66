//! Random operations on lists, tuples, dicts, sets and ranges against plain Rust models, on a booted interpreter.
//!
//! Not here: what needs Python classes (hostile `__eq__` and the like), which is conformance tests' work.

use std::collections::BTreeSet;

use instar_code::Binary;

use crate::object::{Owned, Ref};
use crate::types::dict_iter::Kind;
use crate::types::dict_view::PyDictView;
use crate::types::int::{int_ref, IntRef};
use crate::types::list::PyList;
use crate::types::list_sort::sort_list;
use crate::types::set::PySet;
use crate::types::tuple::{tuple_of, PyTuple};
use crate::types::set_ops;
use crate::object::ObjExt;
use crate::vm::{PyResult, Settings, Vm};

fn boot() -> Box<Vm> {
    Vm::boot(Settings {
        argv: Vec::new(), executable: String::new(), hash_seed: Some(0), optimize: 0, verbose: 0, quiet: false, inspect: false, interactive: false,
        isolated: true, ignore_environment: true, no_site: true, no_user_site: true, dont_write_bytecode: true, bytes_warning: 0, safe_path: true,
        unbuffered: false, dev_mode: false, utf8_mode: true, no_debug_ranges: false, debug: 0, skip_first_line: false, check_pycs: "default", warn_default_encoding: false, thread_inherit_context: false, context_aware_warnings: false, warn_options: Vec::new(), x_options: Vec::new(), stdlib: None, gc: Default::default(),
        memory_limit: usize::MAX, int_max_str_digits: 4300,
    }).unwrap_or_else(|e| panic!("{e}"))
}

fn ok<T>(vm: &mut Vm, r: PyResult<T>) -> T {
    match r {
        Ok(value) => value,
        Err(e) => panic!("raised {}", vm.str_text(e.exception().obj()).unwrap_or_default()),
    }
}

fn message<T>(vm: &mut Vm, r: PyResult<T>) -> String {
    match r {
        Ok(_) => panic!("nothing raised"),
        Err(e) => { let text = vm.str_text(e.exception().obj()); ok(vm, text) }
    }
}

macro_rules! run {
    ($vm:ident, $e:expr) => {{ let r = $e; ok($vm, r) }};
}

fn number(o: &Owned) -> i64 { match int_ref(o) { Some(IntRef::Small(n)) => n, _ => panic!("not a small int") } }
fn int(vm: &mut Vm, n: i64) -> Owned { run!(vm, vm.new_int(n)) }
fn list(vm: &mut Vm, values: &[i64]) -> Ref<PyList> {
    let items: Vec<Owned> = values.iter().map(|n| int(vm, *n)).collect();
    run!(vm, vm.new_list(items))
}
fn values(vm: &mut Vm, o: &Owned) -> Vec<i64> { run!(vm, vm.collect(o)).iter().map(number).collect() }
fn repr(vm: &mut Vm, o: &Owned) -> String { run!(vm, vm.repr_text(o)) }

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
    fn bound(&mut self, vm: &mut Vm) -> Owned {
        match self.below(5) { 0 => vm.none(), _ => { let n = self.below(25) as i64 - 12; int(vm, n) } }
    }
    fn slice(&mut self, vm: &mut Vm) -> Owned {
        let (start, stop, step) = (self.bound(vm), self.bound(vm), self.bound(vm));
        let zero = !vm.is_none(&step) && number(&step) == 0;
        let step = if zero { vm.none() } else { step };
        run!(vm, vm.new_slice(start, stop, step)).into_obj()
    }
}

#[test]
fn slices_of_lists_follow_a_model() {
    let vm = &mut *boot();
    let mut random = Random(12345);
    for _ in 0..3000 {
        let len = random.below(10) as i64;
        let base: Vec<i64> = (0..len).collect();
        let l = list(vm, &base);
        let key = random.slice(vm);
        let slice = key.cast::<crate::types::slice::PySlice>().expect("a slice").clone();
        let (start, _, step, count) = run!(vm, slice.indices(vm, len as usize));
        let place = |k: usize| (start + step * k as isize) as usize;
        let picked: Vec<i64> = (0..count).map(|k| base[place(k)]).collect();
        let part = run!(vm, vm.get_item(l.obj(), &key));
        assert_eq!(values(vm, &part), picked);
        let tuple = run!(vm, tuple_of(vm, l.obj()));
        let part = run!(vm, vm.get_item(&tuple, &key));
        assert_eq!(values(vm, &part), picked);
        let mut model = base.clone();
        if random.below(2) == 0 {
            run!(vm, vm.del_item(l.obj(), &key));
            model.retain(|n| !picked.contains(n));
        } else if step == 1 {
            let new: Vec<i64> = (100..100 + random.below(6) as i64).collect();
            let value = list(vm, &new);
            run!(vm, vm.set_item(l.obj(), &key, value.obj()));
            model.splice(start as usize..start as usize + count, new);
        } else {
            let long = list(vm, &vec![0; count + 1]);
            let r = vm.set_item(l.obj(), &key, long.obj());
            assert!(message(vm, r).starts_with("attempt to assign sequence"));
            let new: Vec<i64> = (100..100 + count as i64).collect();
            let value = list(vm, &new);
            run!(vm, vm.set_item(l.obj(), &key, value.obj()));
            for (k, n) in new.iter().enumerate() { model[place(k)] = *n }
        }
        assert_eq!(values(vm, l.obj()), model);
    }
}

#[test]
fn sort_is_stable_and_keeps_items_on_errors() {
    let vm = &mut *boot();
    let mut random = Random(7);
    for round in 0..200 {
        let mut model: Vec<i64> = (0..random.below(90)).map(|_| random.below(20) as i64).collect();
        let l = list(vm, &model);
        let reverse = round % 2 == 0;
        run!(vm, sort_list(vm, &l, None, reverse));
        let pairs: Vec<Owned> = model.iter().enumerate().map(|(i, n)| {
            let pair = [int(vm, *n), int(vm, -(i as i64))];
            run!(vm, vm.new_tuple(pair)).into_obj()
        }).collect();
        let mut expected: Vec<(i64, i64)> = model.iter().enumerate().map(|(i, n)| (*n, -(i as i64))).collect();
        expected.sort();
        let pairs = run!(vm, vm.new_list(pairs));
        run!(vm, sort_list(vm, &pairs, None, false));
        let got: Vec<(i64, i64)> = pairs.items(vm).iter().map(|p| {
            let items = p.cast::<PyTuple>().expect("a tuple").items();
            (number(&items[0]), number(&items[1]))
        }).collect();
        assert_eq!(got, expected);
        model.sort();
        if reverse { model.reverse() }
        assert_eq!(values(vm, l.obj()), model);
    }
    let mixed = [int(vm, 1), run!(vm, vm.new_str("x"))];
    let mixed = run!(vm, vm.new_list(mixed));
    let r = sort_list(vm, &mixed, None, false);
    assert_eq!(message(vm, r), "'<' not supported between instances of 'str' and 'int'");
    assert_eq!(mixed.len(vm), 2);
}

#[test]
fn dicts_follow_a_model_in_order() {
    let vm = &mut *boot();
    let mut random = Random(777);
    for strings in [false, true] {
        let dict = run!(vm, vm.new_dict());
        let mut model: Vec<(i64, i64)> = Vec::new();
        for i in 0..10_000i64 {
            let k = random.below(60) as i64;
            let key = if strings { run!(vm, vm.new_str(&format!("k{k}"))) } else { int(vm, k) };
            let at = model.iter().position(|e| e.0 == k);
            match random.below(6) {
                0..=2 => {
                    let value = int(vm, i);
                    run!(vm, dict.set_item(vm, &key, &value));
                    match at { Some(at) => model[at].1 = i, None => model.push((k, i)) }
                }
                3 => {
                    assert_eq!(run!(vm, dict.del_item(vm, &key)), at.is_some());
                    if let Some(at) = at { model.remove(at); }
                }
                4 => assert_eq!(run!(vm, dict.get_item(vm, &key)).map(|v| number(&v)), at.map(|at| model[at].1)),
                _ if random.below(10) == 0 => assert_eq!(dict.pop_last(vm).map(|(_, v)| number(&v)), model.pop().map(|e| e.1)),
                _ if random.below(300) == 0 => {
                    dict.clear(vm);
                    model.clear();
                }
                _ => {}
            }
            assert_eq!(dict.len(vm), model.len());
            if i % 50 != 0 { continue }
            let seen: Vec<i64> = run!(vm, dict.values(vm)).iter().map(number).collect();
            assert_eq!(seen, model.iter().map(|e| e.1).collect::<Vec<_>>());
            let copy = run!(vm, dict.copy(vm));
            assert!(run!(vm, vm.equal(copy.obj(), dict.obj())));
            let merged = run!(vm, vm.new_dict());
            run!(vm, merged.update(vm, dict.obj()));
            assert!(run!(vm, vm.equal(merged.obj(), dict.obj())));
        }
    }
}

#[test]
fn dict_iteration_notices_changes_and_versions_follow_keys() {
    let vm = &mut *boot();
    let dict = run!(vm, vm.new_dict());
    for n in 0..3 {
        let n = int(vm, n);
        run!(vm, dict.set_item(vm, &n, &n));
    }
    let version = dict.keys_version(vm);
    assert!(version != 0 && version == dict.keys_version_raw());
    let it = run!(vm, vm.iter(dict.obj()));
    run!(vm, vm.next(&it));
    let (one, new) = (int(vm, 1), int(vm, 77));
    run!(vm, dict.set_item(vm, &one, &new));
    assert_eq!(dict.keys_version_raw(), version);
    run!(vm, dict.set_item(vm, &new, &one));
    assert_eq!(dict.keys_version_raw(), 0);
    for _ in 0..2 {
        let r = vm.next(&it);
        assert_eq!(message(vm, r), "dictionary changed size during iteration");
    }
    let unhashable = list(vm, &[1]).into_obj();
    let r = dict.get_item(vm, &unhashable);
    assert_eq!(message(vm, r), "cannot use 'list' as a dict key (unhashable type: 'list')");
    run!(vm, dict.set_item(vm, &one, dict.obj()));
    assert_eq!(repr(vm, dict.obj()), "{0: 0, 1: {...}, 2: 2, 77: 1}");
    dict.clear(vm);
}

#[test]
fn views_behave_as_sets() {
    let vm = &mut *boot();
    let dict = run!(vm, vm.new_dict());
    for n in 0..5 {
        let (key, value) = (int(vm, n), int(vm, n * n));
        run!(vm, dict.set_item(vm, &key, &value));
    }
    let keys = run!(vm, PyDictView::make(vm, dict.obj(), Kind::Keys));
    let items = run!(vm, PyDictView::make(vm, dict.obj(), Kind::Items));
    assert_eq!(repr(vm, &items), "dict_items([(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)])");
    let other = list(vm, &[3, 4, 5]).into_obj();
    for (op, expected) in [(Binary::And, "{3, 4}"), (Binary::Sub, "{0, 1, 2}"), (Binary::Xor, "{0, 1, 2, 5}"), (Binary::Or, "{0, 1, 2, 3, 4, 5}")] {
        let result = run!(vm, vm.binary(op, &keys, &other));
        assert_eq!(repr(vm, &result), expected);
    }
    let reflected = run!(vm, vm.binary(Binary::Or, &other, &keys));
    assert_eq!(values(vm, &reflected).len(), 6);
}

#[test]
fn sets_follow_a_model_and_show_cpython_order() {
    let vm = &mut *boot();
    let mut random = Random(99);
    let set = run!(vm, vm.new_set());
    let mut model = BTreeSet::new();
    for i in 0..10_000 {
        let n = random.below(200) as i64 * 17;
        let item = int(vm, n);
        match random.below(5) {
            0 | 1 => assert_eq!(run!(vm, set.insert(vm, &item)), model.insert(n)),
            2 => assert_eq!(run!(vm, set.discard(vm, &item)), model.remove(&n)),
            3 => assert_eq!(run!(vm, set.contains(vm, &item)), model.contains(&n)),
            _ if random.below(20) == 0 => if let Some(item) = set.pop(vm) { assert!(model.remove(&number(&item))) },
            _ => {}
        }
        assert_eq!(set.len(vm), model.len());
        if i % 100 != 0 { continue }
        let mut seen = values(vm, set.obj());
        seen.sort();
        assert_eq!(seen, model.iter().copied().collect::<Vec<_>>());
    }
    let make = |vm: &mut Vm, values: &[i64]| -> Ref<PySet> {
        let items: Vec<Owned> = values.iter().map(|n| int(vm, *n)).collect();
        run!(vm, vm.new_set_from(items))
    };
    let odd = make(vm, &[5, 3, 9, 1, 100, 64, 8]);
    assert_eq!(repr(vm, odd.obj()), "{64, 1, 3, 100, 5, 8, 9}");
    let (a, b) = (make(vm, &[1, 2, 3]), make(vm, &[2, 3, 4]));
    let result = run!(vm, set_ops::intersection(vm, &a, b.obj()));
    assert_eq!(repr(vm, result.obj()), "{2, 3}");
    let result = run!(vm, set_ops::symmetric_difference(vm, &a, b.obj()));
    assert_eq!(repr(vm, result.obj()), "{1, 4}");
    let items = run!(vm, a.items(vm));
    let frozen = run!(vm, vm.new_frozenset(items));
    assert_eq!(run!(vm, vm.hash(&frozen)), -272375401224217160);
    let outer = run!(vm, vm.new_set());
    run!(vm, outer.add(vm, &frozen));
    assert!(run!(vm, outer.contains(vm, a.obj())));
    let r = outer.add(vm, a.obj());
    assert_eq!(message(vm, r), "cannot use 'set' as a set element (unhashable type: 'set')");
}

#[test]
fn ranges_slice_as_lists_do() {
    let vm = &mut *boot();
    let mut random = Random(5);
    for _ in 0..2000 {
        let (start, stop) = (random.below(20) as i64 - 10, random.below(20) as i64 - 10);
        let step = match random.below(9) as i64 - 4 { 0 => 1, step => step };
        let range = run!(vm, vm.new_range(start, stop, step)).into_obj();
        let mut model = Vec::new();
        let mut at = start;
        while if step > 0 { at < stop } else { at > stop } {
            model.push(at);
            at += step;
        }
        assert_eq!(values(vm, &range), model);
        assert_eq!(run!(vm, vm.len(&range)), model.len());
        for n in -12..12 {
            let item = int(vm, n);
            assert_eq!(run!(vm, vm.contains(&range, &item)), model.contains(&n));
        }
        let key = random.slice(vm);
        let l = list(vm, &model).into_obj();
        let (part, expected) = (run!(vm, vm.get_item(&range, &key)), run!(vm, vm.get_item(&l, &key)));
        assert_eq!(values(vm, &part), values(vm, &expected));
    }
}
