//! Dict and set tables, the fallible vector and attribute storage against plain models, for every layout; set order against CPython's.
mod common;
use common::*;
use instar_refcount::CountWord;
use instar_object::*;
use proptest::prelude::*;
use std::cell::{Cell, RefCell, UnsafeCell};

#[derive(Clone, Debug)]
enum Op {
    Put(u8, u8),
    Del(u8),
    Get(u8),
    PopLast,
    Clear,
    Copy,
    Reserve(u8),
    Hostile(u8),
}
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => (any::<u8>(), any::<u8>()).prop_map(|(k, v)| Op::Put(k, v)),
        5 => any::<u8>().prop_map(Op::Del),
        3 => any::<u8>().prop_map(Op::Get),
        1 => Just(Op::PopLast),
        1 => (0u8..8).prop_map(|n| if n == 0 { Op::Clear } else { Op::Copy }),
        1 => any::<u8>().prop_map(Op::Reserve),
        2 => any::<u8>().prop_map(Op::Hostile),
    ]
}

/// Keys: every `id` has two equal objects; hashes collide. Multiples of 4 are immediates where the layout has them.
fn key<L: Layout>(w: &World<L>, id: u8) -> (i64, Owned<L>) {
    let hash = (id % 23) as i64 * 8;
    if id.is_multiple_of(4)
        && let Some(small) = Owned::from_small(id as i64)
    {
        return (hash, small);
    }
    if id % 4 == 1 {
        return (hash, w.new_node(false, id as usize, vec![])); // not a string: entries must keep the hash
    }
    (hash, w.new_str(hash, id as usize))
}
fn id<L: Layout>(w: &World<L>, key: Word<L>) -> usize {
    match key.as_small() {
        Some(i) => i as usize,
        None if key.ptr().ty() == w.str.ptr().unwrap() => unsafe { (*key.ptr().payload::<Str>()).id },
        None => unsafe { (*key.ptr().payload::<Node<L>>()).id.get() },
    }
}

fn dict_is_its_model<L: Layout>(script: &[Op], strings_only: bool) {
    let w = World::<L>::new();
    w.heap.set_str_type(w.str.ptr().unwrap(), 0);
    let base = w.heap.requested_bytes();
    {
        let table = UnsafeCell::new(DictTable::<L>::new());
        let t = || unsafe { &*table.get() };
        let tm = || unsafe { &mut *table.get() };
        let mut model: Vec<(u8, u8)> = vec![];
        let make = |k: u8| if strings_only { ((k % 23) as i64 * 8, w.new_str((k % 23) as i64 * 8, k as usize)) } else { key(&w, k) };
        let find = |hash: i64, key: &Owned<L>| {
            lookup_dict(&t, &w, hash, key)
        };
        for op in script {
            match op {
                Op::Put(k, v) => {
                    let (hash, key) = make(*k);
                    let value = w.new_str(0, *v as usize);
                    match find(hash, &key) {
                        Some(entry) => drop(tm().replace(entry, value)),
                        None => {
                            tm().insert_new(hash, key, value).unwrap();
                        }
                    }
                    match model.iter_mut().find(|e| e.0 == *k) {
                        Some(e) => e.1 = *v,
                        None => model.push((*k, *v)),
                    }
                }
                Op::Del(k) => {
                    let (hash, key) = make(*k);
                    let found = find(hash, &key);
                    let at = model.iter().position(|e| e.0 == *k);
                    assert_eq!(found.is_some(), at.is_some());
                    if let (Some(entry), Some(at)) = (found, at) {
                        let version = t().version();
                        drop(tm().remove(entry));
                        assert_ne!(version, t().version());
                        model.remove(at);
                    }
                }
                Op::Get(k) => {
                    let (hash, key) = make(*k);
                    let found = find(hash, &key).map(|e| id(&w, t().value(e)) as u8);
                    assert_eq!(found, model.iter().find(|e| e.0 == *k).map(|e| e.1));
                    if let Some(entry) = find(hash, &key) {
                        assert_eq!(t().find_identity(hash, t().key(entry)), Some(entry));
                        assert_eq!(t().hash(entry), hash);
                        assert_eq!(unsafe { *t().value_ptr(entry) }, t().value(entry));
                    }
                }
                Op::PopLast => {
                    let got = tm().pop_last().map(|(hash, k, v)| {
                        let k = id(&w, k.word()) as u8;
                        assert_eq!(hash, (k % 23) as i64 * 8);
                        (k, id(&w, v.word()) as u8)
                    });
                    assert_eq!(got, model.pop());
                }
                Op::Clear => {
                    drop(tm().clear());
                    model.clear();
                }
                Op::Copy => {
                    let copy = t().try_clone().unwrap();
                    *tm() = copy;
                }
                Op::Reserve(n) => tm().reserve(*n as usize).unwrap(),
                Op::Hostile(k) => {
                    // The comparison empties the table once: the search must start again and end well.
                    let (hash, key) = make(*k);
                    let emptied = Cell::new(false);
                    let found = dict::lookup(&t, &mut (), hash, &key, |_, a, b| -> Result<bool, ()> {
                        if !emptied.replace(true) {
                            drop(tm().clear());
                        }
                        Ok(id(&w, a.word()) == id(&w, b.word()))
                    });
                    if emptied.get() {
                        assert_eq!(found, Ok(None));
                        model.clear();
                    }
                }
            }
            let mut seen = vec![];
            let mut at = 0;
            while let Some(entry) = t().next(at) {
                seen.push((id(&w, t().key(entry)) as u8, id(&w, t().value(entry)) as u8));
                at = entry + 1;
            }
            assert_eq!(seen, model);
            assert_eq!(t().len(), model.len());
            let mut back = vec![];
            let mut at = t().entry_count();
            while let Some(entry) = t().prev(at) {
                back.push(id(&w, t().key(entry)) as u8);
                at = entry;
            }
            assert!(back.iter().rev().eq(model.iter().map(|e| &e.0)));
            if strings_only && !model.is_empty() {
                assert!(t().buffer_bytes() > 0);
            }
        }
    }
    w.heap.collect(2, &mut Quiet);
    // Where nobody counts, nothing goes.
    if L::Rc::EXACT_MAX > 0 {
        assert_eq!(w.heap.requested_bytes(), base, "keys, values and blocks are gone");
    }
}
fn lookup_dict<'a, L: Layout>(t: &impl Fn() -> &'a DictTable<L>, w: &World<L>, hash: i64, key: &Owned<L>) -> Option<usize> {
    dict::lookup(t, &mut (), hash, key, |_, a, b| -> Result<bool, ()> { Ok(id(w, a.word()) == id(w, b.word())) }).unwrap()
}

fn set_is_its_model<L: Layout>(script: &[Op]) {
    let w = World::<L>::new();
    let base = w.heap.requested_bytes();
    {
        let table = UnsafeCell::new(SetTable::<L>::new());
        let t = || unsafe { &*table.get() };
        let tm = || unsafe { &mut *table.get() };
        let mut model = std::collections::BTreeSet::new();
        let find = |hash: i64, key: &Owned<L>| {
            SetTable::lookup(&t, &mut (), hash, key, |_, a, b| -> Result<bool, ()> { Ok(id(&w, a.word()) == id(&w, b.word())) }).unwrap()
        };
        for op in script {
            match op {
                Op::Put(k, _) => {
                    let (hash, key) = key(&w, *k);
                    if find(hash, &key).is_none() {
                        tm().insert_new(hash, key).unwrap();
                    }
                    model.insert(*k);
                }
                Op::Del(k) => {
                    let (hash, key) = key(&w, *k);
                    let found = find(hash, &key);
                    assert_eq!(found.is_some(), model.remove(k));
                    if let Some(at) = found {
                        drop(tm().remove(at));
                    }
                }
                Op::PopLast => {
                    let got = tm().pop().map(|(_, k)| id(&w, k.word()) as u8);
                    assert_eq!(got.is_some(), !model.is_empty());
                    if let Some(k) = got {
                        assert!(model.remove(&k));
                    }
                }
                Op::Clear => {
                    drop(tm().clear());
                    model.clear();
                }
                Op::Copy => {
                    let copy = t().try_clone().unwrap();
                    *tm() = copy;
                }
                Op::Reserve(n) => tm().reserve_for_merge(*n as usize).unwrap(),
                Op::Get(k) | Op::Hostile(k) => {
                    let (hash, key) = key(&w, *k);
                    assert_eq!(find(hash, &key).is_some(), model.contains(k));
                }
            }
            let mut seen = vec![];
            let mut at = 0;
            while let Some(entry) = t().next(at) {
                seen.push(id(&w, t().key(entry)) as u8);
                at = entry + 1;
            }
            seen.sort();
            assert!(seen.iter().eq(model.iter()));
            assert_eq!(t().len(), model.len());
        }
    }
    w.heap.collect(2, &mut Quiet);
    // Where nobody counts, nothing goes.
    if L::Rc::EXACT_MAX > 0 {
        assert_eq!(w.heap.requested_bytes(), base);
    }
}

fn attributes_are_their_model<L: Layout>(script: &[Op]) {
    let w = World::<L>::new();
    let class = w.new_class();
    let names: Vec<_> = (0..34).map(|i| w.new_str(i, i as usize)).collect();
    let base = w.heap.requested_bytes();
    let make = || w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
    let mut objs: Vec<(Owned<L>, Option<Vec<(u8, u8)>>)> = (0..4).map(|_| (make(), Some(vec![]))).collect();
    for op in script {
        let which = |k: u8| (k as usize / 37) % 4;
        match op {
            Op::Put(k, v) => {
                let (obj, model) = &mut objs[which(*v)];
                let (o, n) = (obj.ptr().unwrap(), k % 34);
                match (attrs::set(o, names[n as usize].word(), w.new_str(0, *v as usize)).unwrap(), &mut *model) {
                    (AttrSet::Dict(..), None) => {}
                    (AttrSet::Done(old), Some(model)) => match model.iter_mut().find(|e| e.0 == n) {
                        Some(e) => {
                            assert_eq!(old.map(|o| id(&w, o.word()) as u8), Some(e.1));
                            e.1 = *v;
                        }
                        None => {
                            assert!(old.is_none());
                            model.push((n, *v));
                        }
                    },
                    (AttrSet::NeedsDict(value), Some(_)) => {
                        assert_eq!(id(&w, value.word()), *v as usize);
                        let taken = attrs::take_values(o).unwrap();
                        let seen: Vec<_> = taken.iter().map(|(n, v)| (id(&w, n.word()) as u8, id(&w, v.word()) as u8)).collect();
                        assert_eq!(Some(seen), *model);
                        assert!(attrs::set_dict(o, w.new_node(false, 0, vec![])).is_none());
                        *model = None;
                    }
                    (_, model) => panic!("{model:?}"),
                }
            }
            Op::Del(k) => {
                let (obj, model) = &mut objs[which(*k)];
                let n = k % 34;
                match (attrs::delete(obj.ptr().unwrap(), names[n as usize].word()), model) {
                    (AttrDelete::Dict(_), None) => {}
                    (AttrDelete::Missing, Some(model)) => assert!(!model.iter().any(|e| e.0 == n)),
                    (AttrDelete::Done(old), Some(model)) => {
                        let at = model.iter().position(|e| e.0 == n).unwrap();
                        assert_eq!(id(&w, old.word()) as u8, model.remove(at).1);
                    }
                    (_, model) => panic!("{model:?}"),
                }
            }
            Op::Clear | Op::Copy => objs.push((make(), Some(vec![]))),
            Op::PopLast => {
                if objs.len() > 4 {
                    objs.pop();
                }
            }
            _ => {}
        }
        for (obj, model) in &objs {
            let o = obj.ptr().unwrap();
            attrs::check(o);
            let Some(model) = model else {
                assert!(attrs::dict(o).is_some() && attrs::len(o) == 0);
                continue;
            };
            let mut seen = vec![];
            attrs::for_each(o, |n, v| seen.push((id(&w, n) as u8, id(&w, v) as u8)));
            assert_eq!(seen, *model);
            assert_eq!(attrs::len(o), model.len());
            for (n, v) in model {
                let name = names[*n as usize].word();
                assert!(matches!(attrs::get(o, name), AttrGet::Value(x) if id(&w, x) as u8 == *v));
                let place = attrs::index(o.info(), name).unwrap() as usize;
                assert_eq!(id(&w, unsafe { attrs::load(o, place) }) as u8, *v);
            }
        }
    }
    drop(objs);
    w.heap.collect(2, &mut Quiet);
    // Where nobody counts, nothing goes.
    if L::Rc::EXACT_MAX > 0 {
        assert_eq!(w.heap.requested_bytes(), base);
    }
}

fn vectors_are_their_model<L: Layout>(script: &[Op]) {
    let w = World::<L>::new();
    let base = w.heap.requested_bytes();
    {
        let mut v: BufVec<Owned<L>, L> = BufVec::new();
        let mut model: Vec<usize> = vec![];
        let item = |n: u8| w.new_str(0, n as usize);
        for op in script {
            match op {
                Op::Put(k, x) if k % 3 == 0 => {
                    let at = *k as usize % (model.len() + 1);
                    v.insert(at, item(*x)).unwrap();
                    model.insert(at, *x as usize);
                }
                Op::Put(k, x) if k % 5 == 1 => {
                    let from = *x as usize % (model.len() + 1);
                    let to = from + *k as usize % (model.len() - from + 1);
                    let new: Vec<_> = (0..*x % 7).map(item).collect();
                    v.replace_range(from, to, &new).unwrap();
                    model.splice(from..to, (0..*x as usize % 7).collect::<Vec<_>>());
                    assert!(v.capacity() >= v.len());
                }
                Op::Put(_, x) => {
                    v.push(item(*x)).unwrap();
                    model.push(*x as usize);
                }
                Op::Del(k) if !model.is_empty() => {
                    let at = *k as usize % model.len();
                    assert_eq!(id(&w, v.remove(at).word()), model.remove(at));
                }
                Op::PopLast => assert_eq!(v.pop().map(|o| id(&w, o.word())), model.pop()),
                Op::Copy => v = v.try_clone().unwrap(),
                Op::Reserve(n) => {
                    let at = *n as usize % (model.len() + 1);
                    v.insert_all(at, vec![item(1), item(2)]).unwrap();
                    model.splice(at..at, [1, 2]);
                }
                Op::Hostile(n) if !model.is_empty() => {
                    let from = *n as usize % model.len();
                    let got: Vec<_> = v.remove_range(from, model.len()).unwrap().iter().map(|o| id(&w, o.word())).collect();
                    assert_eq!(got, model.split_off(from));
                    v.shrink();
                }
                _ => {}
            }
            assert!(v.iter().map(|o| id(&w, o.word())).eq(model.iter().copied()));
        }
    }
    // Where nobody counts, nothing goes.
    if L::Rc::EXACT_MAX > 0 {
        assert_eq!(w.heap.requested_bytes(), base);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tables_are_their_models(script in prop::collection::vec(op(), 1..150)) {
        macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $(
            dict_is_its_model::<$layout>(&script, false);
            dict_is_its_model::<$layout>(&script, true);
            set_is_its_model::<$layout>(&script);
            attributes_are_their_model::<$layout>(&script);
            vectors_are_their_model::<$layout>(&script);
        )* } }
        instar_object::for_each_layout!(all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tables_are_their_models_under_every_pair_of_choices(script in prop::collection::vec(op(), 1..150)) {
        macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $(
            dict_is_its_model::<$layout>(&script, true);
            set_is_its_model::<$layout>(&script);
            attributes_are_their_model::<$layout>(&script);
            vectors_are_their_model::<$layout>(&script);
        )* } }
        instar_object::for_each_covering_layout!(all);
    }
}

#[test]
fn sets_show_cpythons_order() {
    type L = presets::Best;
    let w = World::<L>::new();
    for line in include_str!("golden/set_order.txt").lines() {
        let (ops, order) = line.split_once('|').unwrap();
        let mut s = SetTable::<L>::new();
        for op in ops.split_whitespace() {
            let (kind, rest) = op.split_at(1);
            let key = || {
                let v: i64 = rest.parse().unwrap();
                (v, Owned::<L>::from_small(v).unwrap())
            };
            match kind {
                "a" => {
                    let (hash, key) = key();
                    if s.find_identity(hash, key.word()).is_none() {
                        s.insert_new(hash, key).unwrap();
                    }
                }
                "r" => {
                    let (hash, key) = key();
                    let at = s.find_identity(hash, key.word()).unwrap();
                    drop(s.remove(at));
                }
                "p" => drop(s.pop()),
                _ => s = s.try_clone().unwrap(),
            }
        }
        let mut seen = vec![];
        let mut at = 0;
        while let Some(entry) = s.next(at) {
            seen.push(s.key(entry).as_small().unwrap());
            at = entry + 1;
        }
        let expect: Vec<i64> = order.split_whitespace().map(|v| v.parse().unwrap()).collect();
        assert!(seen == expect, "after {} ops {}", ops.split_whitespace().count(), &ops[..ops.len().min(2000)]);
    }
    drop(w);
}

/// Dict blocks have CPython's number of slots and usable entries.
#[test]
fn dict_growth_is_cpythons() {
    type L = presets::Cpython312;
    let w = World::<L>::new();
    w.heap.set_str_type(w.str.ptr().unwrap(), 0);
    let mut d = DictTable::<L>::new();
    let mut sizes = vec![];
    for i in 0..100i64 {
        d.insert_new(i, w.new_str(i, i as usize), w.new_str(0, 0)).unwrap();
        if sizes.last() != Some(&d.buffer_bytes()) {
            sizes.push(d.buffer_bytes());
            assert!(d.is_all_str());
        }
    }
    // 16 for the header, one index byte a slot, 16 an entry: 8, 16, 32, 64, 128, 256 slots as CPython 3.14 resizes.
    let bytes = |slots: usize| 16 + slots * if slots < 256 { 1 } else { 2 } + slots * 2 / 3 * 16;
    assert_eq!(sizes, [8, 16, 32, 64, 128, 256].map(bytes));
    let first = d.hash(0);
    d.insert_new(1000, w.new_node(false, 1, vec![]), w.new_str(0, 0)).unwrap();
    assert!(!d.is_all_str() && d.hash(0) == first && d.hash(100) == 1000);
}

#[test]
fn failing_allocations_leave_everything_whole() {
    fn walk<L: Layout>() {
        for n in 0..60 {
            let w = World::<L>::new();
            w.heap.set_str_type(w.str.ptr().unwrap(), 0);
            let class = w.new_class();
            let names: Vec<_> = (0..6).map(|i| w.new_str(i, i as usize)).collect();
            let base = w.heap.requested_bytes();
            w.heap.set_fail_after(Some(n), false);
            let log = RefCell::new(0);
            let work = || -> Result<(), AllocError> {
                let mut d = DictTable::<L>::new();
                let mut s = SetTable::<L>::new();
                let mut v: BufVec<Owned<L>, L> = BufVec::new();
                for name in names.iter().cycle().take(40) {
                    let at = *log.borrow() as i64;
                    d.insert_new(at, name.clone(), name.clone())?;
                    s.insert_new(at, name.clone())?;
                    v.push(name.clone())?;
                    *log.borrow_mut() += 1;
                }
                let o = w.heap.alloc(class.ptr().unwrap(), ())?;
                for name in &names {
                    attrs::set(o.ptr().unwrap(), name.word(), name.clone())?;
                }
                let _copy = (d.try_clone()?, s.try_clone()?, v.try_clone()?);
                Ok(())
            };
            let failed = work().is_err();
            w.heap.set_fail_after(None, false);
            w.heap.collect(2, &mut Quiet);
            // Where nobody counts, nothing goes.
            if L::Rc::EXACT_MAX > 0 {
                assert_eq!(w.heap.requested_bytes(), base, "n={n} failed={failed}");
            }
            for name in &names {
                let keys = attrs::index(class.ptr().unwrap().as_info(), name.word()).is_some() as u64;
                assert_eq!(w.heap.refcount(name.ptr().unwrap()), 1 + keys);
            }
        }
    }
    walk::<presets::Default>();
    walk::<presets::Cpython312>();
    walk::<presets::Cpython314>();
    walk::<presets::BestMerged>();
    walk::<presets::BestFloats8>();
    walk::<presets::Compact>();
    walk::<presets::Best>();
}
