use instar_object::*;
type W = Word;
#[unsafe(no_mangle)] pub fn probe_retain(w: W) { unsafe { w.retain() } }
#[unsafe(no_mangle)] pub fn probe_release(w: W) { unsafe { w.release() } }
#[unsafe(no_mangle)] pub fn probe_drop(w: Owned) { drop(w) }
#[unsafe(no_mangle)] pub fn probe_clone(w: &Owned) -> Owned { w.clone() }
#[unsafe(no_mangle)] pub fn probe_add(a: W, b: W) -> W { unsafe { if W::both_int(a, b) { if let Some(c) = W::add_small(a, b) { return c } } W::NULL } }
#[unsafe(no_mangle)] pub fn probe_lt(a: W, b: W) -> bool { unsafe { W::both_int(a, b) && W::lt_small(a, b) } }
#[unsafe(no_mangle)] pub fn probe_float(h: &Heap, ty: ObjPtr, x: f64) -> Option<Owned> { unsafe { h.alloc_leaf(ty, x).ok() } }
#[unsafe(no_mangle)] pub fn probe_float_gen(h: &Heap, ty: ObjPtr, x: f64) -> Option<Owned> { h.alloc(ty, x).ok() }
#[unsafe(no_mangle)] pub fn probe_inst(h: &Heap, ty: ObjPtr) -> Option<Owned> { h.alloc(ty, ()).ok() }
#[unsafe(no_mangle)] pub fn probe_load(o: ObjPtr, slot: usize) -> W { unsafe { attrs::load(o, slot) } }
#[unsafe(no_mangle)] pub fn probe_find(d: &DictTable, h: i64, k: W) -> Option<usize> { d.find_identity(h, k) }
#[unsafe(no_mangle)] pub unsafe fn probe_value(d: &DictTable, e: usize) -> W { unsafe { d.value_unchecked(e) } }
fn main() {
    use std::time::Instant;
    let heap = Box::new(Heap::<Active>::new(HeapOptions::default()));
    unsafe { heap.attach() };
    #[repr(C)] struct T { info: TypeInfo }
    trace! { T { info } }
    static TV: VTable = VTable::of::<T>("type");
    static FV: VTable = VTable::leaf("float");
    static OV: VTable = VTable::leaf("object");
    let tt = unsafe { heap.alloc_type_object(T { info: TypeInfo::of::<T>(TypeFlags::GC, &TV) }).unwrap() };
    let ft = heap.alloc(tt.ptr().unwrap(), T { info: TypeInfo::of::<f64>(TypeFlags::LEAF, &FV).with_free_list(FreeList { id: 1, sizes: 1, cap: 100 }) }).unwrap();
    let ft = ft.ptr().unwrap();
    let n = 50_000_000u32;
    let t = Instant::now();
    for i in 0..n { std::hint::black_box(unsafe { heap.alloc_leaf(ft, i as f64) }.unwrap()); }
    println!("{}", Active::name());
    println!("float alloc+free {:.2} ns", t.elapsed().as_nanos() as f64 / n as f64);
    let o = unsafe { heap.alloc_leaf(ft, 1.0) }.unwrap();
    let t = Instant::now();
    for _ in 0..n { std::hint::black_box(o.clone()); }
    println!("clone+drop {:.2} ns", t.elapsed().as_nanos() as f64 / n as f64);
    let class = heap.alloc(tt.ptr().unwrap(), T { info: TypeInfo::new(TypeFlags::ATTRS | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE, 0, 0, 0, &OV) }).unwrap();
    let cls = class.ptr().unwrap();
    heap.gc_set_enabled(false);
    let names: Vec<Owned> = (0..4).map(|i| unsafe { heap.alloc_leaf(ft, i as f64) }.unwrap()).collect();
    let n = 10_000_000u32;
    let t = Instant::now();
    for _ in 0..n {
        let obj = heap.alloc(cls, ()).unwrap();
        let p = obj.ptr().unwrap();
        for name in &names { let _ = attrs::set(p, name.word(), o.clone()); }
        std::hint::black_box(obj);
    }
    println!("instance of 4 made, set, freed {:.2} ns", t.elapsed().as_nanos() as f64 / n as f64);
    let t = Instant::now();
    for _ in 0..n {
        let obj = heap.alloc(cls, ()).unwrap();
        let p = obj.ptr().unwrap();
        for slot in 0..4 { if let Err(v) = unsafe { attrs::replace(p, slot, o.clone()) } { let _ = attrs::set(p, names[slot].word(), v); } }
        std::hint::black_box(obj);
    }
    println!("same by slot {:.2} ns", t.elapsed().as_nanos() as f64 / n as f64);
    let mut keep = Vec::new();
    let t = Instant::now();
    for _ in 0..1_000_000 { keep.push(heap.alloc(cls, ()).unwrap()); }
    println!("1M instances kept {:.2} ns each", t.elapsed().as_nanos() as f64 / 1e6);
    let t = Instant::now();
    drop(keep);
    println!("dropped {:.2} ns each", t.elapsed().as_nanos() as f64 / 1e6);
}
