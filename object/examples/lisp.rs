//! A small Lisp, generic over the layout of its objects: read, evaluate, print, under three layouts, with the bytes that a pair takes
//! under each. Not here: macros, strings, tail calls.
use instar_object::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::iter::Peekable;
use std::marker::PhantomData;
use std::str::SplitWhitespace;

#[repr(C)]
struct Class<L: Layout> {
    info: TypeInfo<L>,
}
trace! { [L] Class<L> { info } }

#[repr(C)]
struct Pair<L: Layout> {
    first: Owned<L>,
    rest: Cell<Option<Owned<L>>>,
}
trace! { [L] Pair<L> { first, rest } }

#[repr(C)]
struct Closure<L: Layout> {
    parameters: Option<Owned<L>>,
    body: Option<Owned<L>>,
    scope: Option<Owned<L>>,
}
trace! { [L] Closure<L> { parameters, body, scope } }

struct Tables<L>(PhantomData<L>);
impl<L: Layout> Tables<L> {
    const CLASS: &'static VTable<L> = &VTable::of::<Class<L>>("class");
    const PAIR: &'static VTable<L> = &VTable::of::<Pair<L>>("pair");
    const CLOSURE: &'static VTable<L> = &VTable::of::<Closure<L>>("closure");
    const INTEGER: &'static VTable<L> = &VTable::leaf("integer");
    const SYMBOL: &'static VTable<L> = &VTable::leaf("symbol");
}

/// Symbols that mean something to `eval`; the rest are names. The first is the empty list.
const WORDS: [&str; 13] = ["nil", "quote", "if", "lambda", "define", "cons", "car", "cdr", "+", "-", "*", "<", "set-cdr!"];
type Result<T> = std::result::Result<T, String>;

struct Lisp<'h, L: Layout> {
    heap: &'h Heap<L>,
    pair: Owned<L>,
    closure: Owned<L>,
    integer: Owned<L>,
    symbol: Owned<L>,
    names: Vec<String>,
    symbols: HashMap<String, Owned<L>>,
    globals: HashMap<usize, Owned<L>>,
}

impl<'h, L: Layout> Lisp<'h, L> {
    fn new(heap: &'h Heap<L>) -> Result<Self> {
        let info = TypeInfo::of::<Class<L>>(TypeFlags::GC, Tables::<L>::CLASS);
        // SAFETY: the payload of a type begins with its info.
        let meta = unsafe { heap.alloc_type_object(Class { info }) }.map_err(|e| e.to_string())?;
        let class = |info| heap.alloc(meta.ptr().expect("an object"), Class { info }).map_err(|e| e.to_string());
        let mut lisp = Lisp {
            heap,
            pair: class(TypeInfo::of::<Pair<L>>(TypeFlags::GC, Tables::<L>::PAIR))?,
            closure: class(TypeInfo::of::<Closure<L>>(TypeFlags::GC, Tables::<L>::CLOSURE))?,
            integer: class(TypeInfo::of::<i64>(TypeFlags::LEAF, Tables::<L>::INTEGER))?,
            symbol: class(TypeInfo::of::<usize>(TypeFlags::LEAF, Tables::<L>::SYMBOL))?,
            names: Vec::new(),
            symbols: HashMap::new(),
            globals: HashMap::new(),
        };
        for word in WORDS {
            lisp.symbol(word)?;
        }
        Ok(lisp)
    }

    // ---- objects
    fn make<T>(&self, class: &Owned<L>, payload: T) -> Result<Owned<L>> {
        self.heap.alloc(class.ptr().expect("an object"), payload).map_err(|e| e.to_string())
    }
    fn integer(&self, i: i64) -> Result<Owned<L>> {
        // Some layouts keep small integers in the reference itself.
        Owned::from_small(i).map_or_else(|| self.make(&self.integer, i), Ok)
    }
    fn symbol(&mut self, name: &str) -> Result<Owned<L>> {
        if let Some(symbol) = self.symbols.get(name) {
            return Ok(symbol.clone());
        }
        let symbol = self.make(&self.symbol, self.names.len())?;
        self.names.push(name.to_string());
        self.symbols.insert(name.to_string(), symbol.clone());
        Ok(symbol)
    }
    fn nil(&self) -> Owned<L> {
        self.symbols["nil"].clone()
    }
    fn cons(&self, first: Owned<L>, rest: Owned<L>) -> Result<Owned<L>> {
        self.make(&self.pair, Pair { first, rest: Cell::new(Some(rest)) })
    }
    fn payload<'a, T>(&self, class: &Owned<L>, value: &'a Owned<L>) -> Option<&'a T> {
        let object = value.ptr().filter(|object| Some(object.ty()) == class.ptr())?;
        // SAFETY: objects of the class have this payload, and the handle keeps this one alive.
        Some(unsafe { &*object.payload::<T>() })
    }
    fn pair<'a>(&self, value: &'a Owned<L>) -> Option<&'a Pair<L>> {
        self.payload(&self.pair, value)
    }
    fn number(&self, value: &Owned<L>) -> Result<i64> {
        value.word().as_small().or_else(|| self.payload(&self.integer, value).copied()).ok_or_else(|| "not a number".to_string())
    }
    fn name(&self, value: &Owned<L>) -> Option<usize> {
        self.payload(&self.symbol, value).copied()
    }
    fn first(&self, value: &Owned<L>) -> Result<Owned<L>> {
        Ok(self.pair(value).ok_or("not a pair")?.first.clone())
    }
    fn rest(&self, value: &Owned<L>) -> Result<Owned<L>> {
        let pair = self.pair(value).ok_or("not a pair")?;
        let rest = pair.rest.take();
        pair.rest.set(rest.clone());
        Ok(rest.unwrap_or_else(|| self.nil()))
    }

    // ---- read, evaluate, print
    fn read(&mut self, tokens: &mut Peekable<SplitWhitespace<'_>>) -> Result<Owned<L>> {
        match tokens.next().ok_or("the text ends inside a list")? {
            "(" => {
                let mut items = Vec::new();
                while tokens.peek() != Some(&")") {
                    items.push(self.read(tokens)?);
                }
                tokens.next();
                items.into_iter().rev().try_fold(self.nil(), |rest, item| self.cons(item, rest))
            }
            word => match word.parse() {
                Ok(i) => self.integer(i),
                Err(_) => self.symbol(word),
            },
        }
    }
    fn run(&mut self, text: &str) -> Result<String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut tokens = spaced.split_whitespace().peekable();
        let mut last = self.nil();
        while tokens.peek().is_some() {
            let expression = self.read(&mut tokens)?;
            last = self.eval(&expression, &self.nil())?;
        }
        self.print(&last)
    }
    fn eval(&mut self, expression: &Owned<L>, scope: &Owned<L>) -> Result<Owned<L>> {
        if let Some(name) = self.name(expression) {
            return self.look_up(name, expression, scope);
        }
        if self.pair(expression).is_none() {
            return Ok(expression.clone());
        }
        let (head, rest) = (self.first(expression)?, self.rest(expression)?);
        match self.name(&head).and_then(|name| WORDS.get(name)).copied() {
            Some("quote") => self.first(&rest),
            Some("if") => {
                let test = self.eval(&self.first(&rest)?, scope)?;
                let branches = self.rest(&rest)?;
                let branch = if test.is(&self.nil()) { self.first(&self.rest(&branches)?)? } else { self.first(&branches)? };
                self.eval(&branch, scope)
            }
            Some("lambda") => {
                let (parameters, body) = (Some(self.first(&rest)?), Some(self.first(&self.rest(&rest)?)?));
                self.make(&self.closure, Closure { parameters, body, scope: Some(scope.clone()) })
            }
            Some("define") => {
                let name = self.name(&self.first(&rest)?).ok_or("not a name")?;
                let value = self.eval(&self.first(&self.rest(&rest)?)?, scope)?;
                self.globals.insert(name, value.clone());
                Ok(value)
            }
            word => {
                let function = if word.is_some() { None } else { Some(self.eval(&head, scope)?) };
                let (mut arguments, mut left) = (Vec::new(), rest);
                while self.pair(&left).is_some() {
                    arguments.push(self.eval(&self.first(&left)?, scope)?);
                    left = self.rest(&left)?;
                }
                match function {
                    Some(function) => self.apply(&function, arguments),
                    None => self.primitive(word.expect("no function"), &arguments),
                }
            }
        }
    }
    fn look_up(&self, name: usize, symbol: &Owned<L>, scope: &Owned<L>) -> Result<Owned<L>> {
        let mut at = scope.clone();
        while self.pair(&at).is_some() {
            let binding = self.first(&at)?;
            if self.first(&binding)?.is(symbol) {
                return self.rest(&binding);
            }
            at = self.rest(&at)?;
        }
        if name == 0 { Ok(self.nil()) } else { self.globals.get(&name).cloned().ok_or_else(|| format!("{} is not defined", self.names[name])) }
    }
    fn apply(&mut self, function: &Owned<L>, arguments: Vec<Owned<L>>) -> Result<Owned<L>> {
        let closure: &Closure<L> = self.payload(&self.closure, function).ok_or("not a function")?;
        let part = |part: &Option<Owned<L>>| part.clone().ok_or("a function that was cleared");
        let (mut parameters, body, mut scope) = (part(&closure.parameters)?, part(&closure.body)?, part(&closure.scope)?);
        for argument in arguments {
            scope = self.cons(self.cons(self.first(&parameters)?, argument)?, scope)?;
            parameters = self.rest(&parameters)?;
        }
        self.eval(&body, &scope)
    }
    fn primitive(&self, word: &str, arguments: &[Owned<L>]) -> Result<Owned<L>> {
        let argument = |i: usize| arguments.get(i).ok_or_else(|| format!("{word}: an argument is missing"));
        let numbers = || Ok::<_, String>((self.number(argument(0)?)?, self.number(argument(1)?)?));
        match word {
            "cons" => self.cons(argument(0)?.clone(), argument(1)?.clone()),
            "car" => self.first(argument(0)?),
            "cdr" => self.rest(argument(0)?),
            "+" => numbers().and_then(|(a, b)| self.integer(a.wrapping_add(b))),
            "-" => numbers().and_then(|(a, b)| self.integer(a.wrapping_sub(b))),
            "*" => numbers().and_then(|(a, b)| self.integer(a.wrapping_mul(b))),
            "<" => numbers().and_then(|(a, b)| if a < b { self.integer(1) } else { Ok(self.nil()) }),
            "set-cdr!" => {
                let pair = self.pair(argument(0)?).ok_or("not a pair")?;
                drop(pair.rest.replace(Some(argument(1)?.clone())));
                Ok(argument(0)?.clone())
            }
            _ => Err(format!("{word} is no function")),
        }
    }
    fn print(&self, value: &Owned<L>) -> Result<String> {
        if let Some(name) = self.name(value) {
            return Ok(self.names[name].clone());
        }
        let (mut items, mut at) = (Vec::new(), value.clone());
        while self.pair(&at).is_some() && items.len() < 20 {
            items.push(self.print(&self.first(&at)?)?);
            at = self.rest(&at)?;
        }
        if items.is_empty() { self.number(value).map(|i| i.to_string()).or(Ok("function".into())) } else { Ok(format!("({})", items.join(" "))) }
    }
}

/// Nobody has finalizers or weak references here.
struct Host;
impl<L: Layout> CollectHost<L> for Host {
    fn finalize(&mut self, _: &Owned<L>) {}
    fn weakref_callback(&mut self, _: &Owned<L>, _: &Owned<L>) {}
    fn drain(&mut self) {}
}

fn play<L: Layout>(name: &str) -> Result<(usize, usize)> {
    let heap = Heap::<L>::new(HeapOptions::default());
    let _entered = heap.enter();
    let mut lisp = Lisp::new(&heap)?;
    assert_eq!(lisp.run("(define fact (lambda (n) (if (< n 2) 1 (* n (fact (- n 1)))))) (fact 20)")?, "2432902008176640000");
    assert_eq!(lisp.run("(define map (lambda (f l) (if l (cons (f (car l)) (map f (cdr l))) nil))) (map (lambda (n) (* n n)) (quote (1 2 3)))")?, "(1 4 9)");
    assert_eq!(lisp.run("((lambda (n) ((lambda (m) (+ n m)) 2)) 40)")?, "42");
    assert!(lisp.run("(car 1)").is_err());
    // A list of one number, again and again: what is added per pair is the pair.
    let (one, count) = (lisp.integer(1)?, 10_000);
    let before = heap.mem_stats();
    let list = (0..count).try_fold(lisp.nil(), |rest, _| lisp.cons(one.clone(), rest))?;
    let after = heap.mem_stats();
    let bytes = ((after.requested - before.requested) / count, (after.cell - before.cell) / count);
    drop(list);
    assert_eq!(heap.mem_stats().requested, before.requested, "a list of any length dies at once");
    // A ring is nobody's once its name is gone.
    lisp.run("(define ring (cons 1 nil)) (set-cdr! ring ring) (define ring nil)")?;
    assert_eq!(heap.collect(2, &mut Host).collected, 1);
    println!("{name:22} {:3} bytes per cons asked for, {:3} in cells   ({})", bytes.0, bytes.1, L::name());
    Ok(bytes)
}

fn main() -> Result<()> {
    play::<presets::Cpython312>("cpython-312")?;
    play::<presets::Best>("best")?;
    play::<presets::BestZeroWord>("best without GC words")?;
    Ok(())
}

#[test]
fn pairs_take_what_the_layout_says() {
    assert_eq!(play::<presets::Cpython312>("cpython-312"), Ok((48, 48)));
    assert_eq!(play::<presets::Best>("best"), Ok((40, 48)));
    assert_eq!(play::<presets::BestZeroWord>("best without GC words"), Ok((32, 32)));
}
