//! The op table: every opcode once, with its operand kinds, cache size and effects.
//!
//! Everything else about opcodes (enum, names, disassembler, verifier, the eval loop's arms) is derived from
//! [`for_each_op!`]. Not here: what the ops do (`instar-vm`, one function per op) and how code is laid out (`blob.rs`).
//!
//! A unit is 8 bytes: `op: u16, a: i16, b: i16, c: i16`. A 32-bit operand (`Const32`, `Name32`, `Jump32`, `Imm32`)
//! occupies `b` and `c` together (little-endian, `b` low). Inline caches are whole units after the instruction;
//! the assembler zeroes them except where the table says what it puts there.
//!
//! Registers: operand `r >= 0` is temp `r`, `r < 0` a local. Local `i` of a code with `nlocals` locals (parameters,
//! locals, cells and free variables together, in that order) is operand `i - nlocals - FRAME_WORDS`, because the frame
//! header lies between locals and temps. Temps have stack discipline: before an instruction at depth `d`
//! exactly temps `0..d` are initialised and owned.
//!
//! Jump offsets are in units, relative to the first unit of the jumping instruction.

/// Words between the last local and temp 0: the frame header (`vm/frame.rs`).
pub const FRAME_WORDS: i32 = 8;

/// What an operand field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Unused field, zero.
    Zero,
    /// Register written; a local's old value is released, a temp must be dead before.
    Out,
    /// Temp written (dead before).
    OutTemp,
    /// Register read: a local is borrowed for the instruction, a temp is consumed (released or moved).
    Use,
    /// Register read and left as it is.
    Peek,
    /// A local operand named as a place (cell variable, deletion, check).
    Local,
    /// First temp of a consumed range; the op's doc says how long it is.
    Base,
    /// First temp of a range that is read and left as it is.
    PeekBase,
    /// Index into the constants, unsigned 16 bits.
    Const16,
    /// Index into the names, unsigned 16 bits.
    Name16,
    /// Relative jump, signed 16 bits.
    Jump16,
    /// Plain number, 16 bits.
    Imm16,
    /// Index into the constants, 32 bits in `b`,`c`.
    Const32,
    /// Index into the names, 32 bits in `b`,`c`.
    Name32,
    /// Relative jump, signed 32 bits in `b`,`c`.
    Jump32,
    /// Plain number, 32 bits in `b`,`c`.
    Imm32,
}

/// What executing an op may do, for passes, the verifier and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// May run arbitrary Python code (and so store any local through a frame object).
    Escapes,
    /// Can raise.
    Raises,
    /// Control never falls through.
    Ends,
}

/// Calls `$mac!` with the whole table: `/// doc` then `Name [a b c] cache_units [effects];`.
#[macro_export]
macro_rules! for_each_op {
    ($mac:ident) => { $mac! {
        /// Does nothing; kept where a line event needs an instruction.
        Nop [Zero Zero Zero] 0 [];
        /// `a = b`. A local source is copied (shared), a temp source is moved.
        Move [Out Use Zero] 0 [];
        /// `a = b`, the source stays: always a new share.
        Copy [Out Peek Zero] 0 [];
        /// `a =` local number `b:c` (absolute index, for locals out of operand range), shared.
        LoadFar [OutTemp Imm32 Zero] 0 [];
        /// Local number `b:c` takes temp `a`.
        StoreFar [Use Imm32 Zero] 0 [];
        /// Releases register `a` (a temp dies; a local becomes unbound without a check).
        Release [Use Zero Zero] 0 [Escapes];
        /// `a = constants[b:c]`.
        LoadConst [Out Const32 Zero] 0 [];
        /// Temp `a` becomes the empty word (a missing `self`, an absent `**kwargs`, an absent slice part is None instead).
        LoadNull [OutTemp Zero Zero] 0 [];
        /// UnboundLocalError if local `a` is unbound.
        CheckLocal [Local Zero Zero] 0 [Raises];
        /// UnboundLocalError if local number `b:c` is unbound (locals out of operand range; `a` is zero).
        CheckFar [Zero Imm32 Zero] 0 [Raises];
        /// Unbinds local `a` (the compiler checks it first with CheckLocal).
        DeleteLocal [Local Zero Zero] 0 [Escapes];
        /// Unbinds local number `b:c`.
        DeleteFar [Zero Imm32 Zero] 0 [Escapes];

        /// Wraps local `a` (unbound or an argument's value) into a new cell, in place.
        MakeCell [Local Zero Zero] 0 [Raises];
        /// Copies the running function's closure into the last `a` locals. First instruction of a code with free variables.
        CopyFreeVars [Imm16 Zero Zero] 0 [];
        /// `a =` content of the cell in local `b`; NameError or UnboundLocalError if empty.
        LoadDeref [Out Local Zero] 0 [Raises];
        /// Content of the cell in local `a` becomes `b`.
        StoreDeref [Local Use Zero] 0 [Escapes];
        /// Empties the cell in local `a`; NameError or UnboundLocalError if it is empty already.
        DeleteDeref [Local Zero Zero] 0 [Escapes Raises];
        /// `a =` mapping `c` at the name of the cell in local `b`, else the cell's content (class bodies).
        LoadFromDictOrDeref [Out Local Use] 0 [Escapes Raises];

        /// `a =` global or builtin `names[b:c]`. Cache: filled by specialisation.
        LoadGlobal [Out Name32 Zero] 2 [Escapes Raises];
        /// Global `names[b:c] = a`.
        StoreGlobal [Use Name32 Zero] 1 [Escapes Raises];
        /// Deletes global `names[b:c]` (`a` is zero).
        DeleteGlobal [Zero Name32 Zero] 0 [Escapes Raises];
        /// `a =` name `names[b:c]` in the frame's namespace, else globals, else builtins.
        LoadName [Out Name32 Zero] 2 [Escapes Raises];
        /// Namespace `names[b:c] = a`.
        StoreName [Use Name32 Zero] 1 [Escapes Raises];
        /// Deletes `names[b:c]` from the namespace.
        DeleteName [Zero Name32 Zero] 0 [Escapes Raises];
        /// `a =` the frame's namespace (class bodies, module code).
        LoadLocals [Out Zero Zero] 0 [Raises];
        /// `a =` mapping `b` at `names[c]`, else global, else builtin (annotation scopes in classes).
        LoadFromDictOrGlobals [Out Use Name16] 0 [Escapes Raises];
        /// `a = builtins.__build_class__`.
        LoadBuildClass [Out Zero Zero] 0 [Raises];
        /// Makes `__annotations__` in the namespace if it is missing.
        SetupAnnotations [Zero Zero Zero] 0 [Escapes Raises];

        /// `a = b.names[c]`.
        LoadAttr [Out Use Name16] 2 [Escapes Raises];
        /// Temps `a`, `a+1` = callable and self (or the empty word) for calling `b.names[c](...)`.
        LoadMethod [OutTemp Use Name16] 2 [Escapes Raises];
        /// `a.names[c] = b`.
        StoreAttr [Use Use Name16] 2 [Escapes Raises];
        /// `del a.names[c]`.
        DeleteAttr [Use Zero Name16] 0 [Escapes Raises];
        /// `a = getattr(b, c)` with the name in register `c` (more names than Name16 can say).
        LoadAttrDyn [Out Use Use] 0 [Escapes Raises];
        /// `setattr(a, c, b)`.
        StoreAttrDyn [Use Use Use] 0 [Escapes Raises];
        /// `delattr(a, b)`.
        DeleteAttrDyn [Use Use Zero] 0 [Escapes Raises];
        /// `a = super(class, self).names[c]`; temps `b..b+3` hold the global `super`, the class and self. Cache: 1 if what `super`
        /// was replaced by is to be called without arguments.
        LoadSuperAttr [Out Base Name16] 1 [Escapes Raises];
        /// Temps `a`, `a+1` as LoadMethod, operands as LoadSuperAttr (`a` may equal `b`).
        LoadSuperMethod [OutTemp Base Name16] 1 [Escapes Raises];

        /// `a = b[c]`.
        LoadSubscr [Out Use Use] 1 [Escapes Raises];
        /// `a[b] = c`.
        StoreSubscr [Use Use Use] 1 [Escapes Raises];
        /// `del a[b]`.
        DeleteSubscr [Use Use Zero] 0 [Escapes Raises];
        /// `a = b[constants[c]]`.
        LoadSubscrK [Out Use Const16] 1 [Escapes Raises];
        /// `a = slice(b, b+1[, b+2])` from `c` (2 or 3) temps.
        BuildSlice [Out Base Imm16] 0 [Raises];
        /// `a = b[c:c+1]`: temps `b` object, `b+1` start, `b+2` stop (None where absent).
        LoadSlice [Out Base Zero] 0 [Escapes Raises];
        /// Temps `a..a+4`: value, object, start, stop: `object[start:stop] = value`.
        StoreSlice [Base Zero Zero] 0 [Escapes Raises];

        /// `a = b op c`. Cache word 0 bits 0..16: a `Binary` code.
        BinaryOp [Out Use Use] 1 [Escapes Raises];
        /// `a = b op constants[c]`. Cache as BinaryOp.
        BinaryOpK [Out Use Const16] 1 [Escapes Raises];
        /// `a = b cmp c`. Cache bits 0..16: a `Compare` code.
        CompareOp [Out Use Use] 1 [Escapes Raises];
        /// `a = b cmp constants[c]`. Cache as CompareOp.
        CompareOpK [Out Use Const16] 1 [Escapes Raises];
        /// Jump by `c` if `a cmp b` has the truth that cache bit 16 says. Cache bits 0..16: a `Compare` code.
        CompareJump [Use Use Jump16] 1 [Escapes Raises];
        /// Jump by `c` if `a cmp constants[b]` has the truth that cache bit 16 says.
        CompareJumpK [Use Const16 Jump16] 1 [Escapes Raises];
        /// `a = b is c`.
        Is [Out Use Use] 0 [Escapes];
        /// `a = b is not c`.
        IsNot [Out Use Use] 0 [Escapes];
        /// `a = b in c`.
        Contains [Out Use Use] 1 [Escapes Raises];
        /// `a = b not in c`.
        NotContains [Out Use Use] 1 [Escapes Raises];
        /// `a = -b`.
        UnaryNegative [Out Use Zero] 0 [Escapes Raises];
        /// `a = +b`.
        UnaryPositive [Out Use Zero] 0 [Escapes Raises];
        /// `a = ~b`.
        UnaryInvert [Out Use Zero] 0 [Escapes Raises];
        /// `a = not b`.
        UnaryNot [Out Use Zero] 0 [Escapes Raises];

        /// Unconditional jump forwards (`a` is zero).
        Jump [Zero Jump32 Zero] 0 [Ends];
        /// Unconditional jump backwards; looks at the eval breaker. The only op that may jump backwards.
        JumpBack [Zero Jump32 Zero] 1 [Escapes Raises Ends];
        /// Jump if `a` is true.
        JumpIfTrue [Use Jump32 Zero] 1 [Escapes Raises];
        /// Jump if `a` is false.
        JumpIfFalse [Use Jump32 Zero] 1 [Escapes Raises];
        /// If temp `a` is true jump and leave it, else release it.
        JumpIfTrueKeep [Use Jump32 Zero] 1 [Escapes Raises];
        /// If temp `a` is false jump and leave it, else release it.
        JumpIfFalseKeep [Use Jump32 Zero] 1 [Escapes Raises];
        /// Jump if `a` is None.
        JumpIfNone [Use Jump32 Zero] 0 [Escapes];
        /// Jump if `a` is not None.
        JumpIfNotNone [Use Jump32 Zero] 0 [Escapes];

        /// `a = callable(args)`: temp `b` callable, temps `b+1..` the `c` positional arguments.
        Call [Out Base Imm16] 2 [Escapes Raises];
        /// As Call after LoadMethod: temp `b` callable, `b+1` self or empty, `b+2..` the `c` arguments.
        CallMethod [Out Base Imm16] 2 [Escapes Raises];
        /// As Call; the last arguments are keywords. Cache bits 0..32: index of the constant tuple of names.
        CallKw [Out Base Imm16] 2 [Escapes Raises];
        /// As CallMethod with keywords. Cache as CallKw.
        CallMethodKw [Out Base Imm16] 2 [Escapes Raises];
        /// `a = b(*b+1, **b+2)`: temps callable, tuple of arguments (any iterable if `c` is 1), dict or empty.
        CallEx [Out Base Imm16] 0 [Escapes Raises];
        /// Returns register `a` to the caller (a local is moved out).
        Return [Use Zero Zero] 0 [Escapes Ends];
        /// Returns `constants[b:c]`.
        ReturnConst [Zero Const32 Zero] 0 [Escapes Ends];
        /// `a = intrinsic1[c](b)`, numbers in `Intrinsic1`.
        Intrinsic1 [Out Use Imm16] 0 [Escapes Raises];
        /// `a = intrinsic2[c](b, b+1)` on two temps, numbers in `Intrinsic2`.
        Intrinsic2 [Out Base Imm16] 0 [Escapes Raises];

        /// `a =` tuple of `c` temps from `b`.
        BuildTuple [Out Base Imm16] 0 [Raises];
        /// `a =` list of `c` temps from `b`.
        BuildList [Out Base Imm16] 0 [Raises];
        /// `a =` set of `c` temps from `b`.
        BuildSet [Out Base Imm16] 0 [Escapes Raises];
        /// `a =` dict of `c` pairs (key, value, key, value, ...) from temp `b`.
        BuildMap [Out Base Imm16] 0 [Escapes Raises];
        /// `a =` concatenation of `c` strings from temp `b`.
        BuildString [Out Base Imm16] 0 [Raises];
        /// `a =` Template from temps `b` (tuple of strings) and `b+1` (tuple of interpolations).
        BuildTemplate [Out Base Zero] 0 [Raises];
        /// `a =` Interpolation from temps value, expression text and, if `c & 1`, format spec; conversion in `c >> 2` (0, 1 str, 2 repr, 3 ascii).
        BuildInterpolation [Out Base Imm16] 0 [Raises];
        /// List in temp `a` gets `b` appended.
        ListAppend [Peek Use Zero] 0 [Raises];
        /// List in temp `a` is extended by iterable `b`.
        ListExtend [Peek Use Zero] 0 [Escapes Raises];
        /// Set in temp `a` gets `b`.
        SetAdd [Peek Use Zero] 0 [Escapes Raises];
        /// Set in temp `a` is updated by iterable `b`.
        SetUpdate [Peek Use Zero] 0 [Escapes Raises];
        /// Dict in temp `a`: `[b] = c`.
        MapAdd [Peek Use Use] 0 [Escapes Raises];
        /// Dict in temp `a` is updated by mapping `b` (`{**b}`).
        DictUpdate [Peek Use Zero] 0 [Escapes Raises];
        /// Keyword dict in temp `a` is merged with mapping `b`, duplicates raise; the callee is temp `c` (for the message).
        DictMerge [Peek Use Peek] 0 [Escapes Raises];
        /// `a = tuple(list b)`.
        ListToTuple [Out Use Zero] 0 [Raises];
        /// `a = conversion[c](b)`: 1 str, 2 repr, 3 ascii.
        ConvertValue [Out Use Imm16] 0 [Escapes Raises];
        /// `a = format(b, "")`.
        FormatSimple [Out Use Zero] 0 [Escapes Raises];
        /// `a = format(b, b+1)` on two temps.
        FormatWithSpec [Out Base Zero] 0 [Escapes Raises];

        /// Temp `a = iter(b)`.
        GetIter [OutTemp Use Zero] 0 [Escapes Raises];
        /// `a =` next of the iterator in temp `b`; when exhausted releases temp `b` and jumps.
        /// Cache unit 0 bits 0..32: the jump, relative to this instruction.
        ForIter [Out Peek Zero] 2 [Escapes Raises];
        /// Temps `a..a+c` = the `c` items of `b`, first item in temp `a`.
        UnpackSequence [OutTemp Use Imm16] 1 [Escapes Raises];
        /// As UnpackSequence with a starred target: `c & 255` before it, `c >> 8` after it; `before + 1 + after` temps from `a`.
        UnpackEx [OutTemp Use Imm16] 0 [Escapes Raises];
        /// `a = len(b)`.
        GetLen [Out Peek Zero] 0 [Escapes Raises];
        /// `a =` whether `b` is a mapping for `match`.
        MatchMapping [Out Peek Zero] 0 [];
        /// `a =` whether `b` is a sequence for `match`.
        MatchSequence [Out Peek Zero] 0 [];
        /// `a =` tuple of the values of mapping `b` at the keys in tuple `c`, or None.
        MatchKeys [Out Peek Peek] 0 [Escapes Raises];
        /// `a =` tuple of attributes or None; temps `b..b+3`: subject, class, tuple of keyword names; `c` positional patterns.
        MatchClass [Out Base Imm16] 0 [Escapes Raises];

        /// `a =` function from code `constants[b:c]` and the frame's globals.
        MakeFunction [Out Const32 Zero] 0 [Raises];
        /// Function in temp `a`: attribute `c` (1 defaults, 2 kwdefaults, 4 annotations, 8 closure, 16 annotate) `= b`. A value that such
        /// an attribute cannot have is an error. A function whose code has free variables is good for nothing else before it has its closure.
        SetFunctionAttr [Peek Use Imm16] 0 [Raises];

        /// Raises `a` (class or instance).
        Raise [Use Zero Zero] 0 [Escapes Raises Ends];
        /// Raises `a` from `b`.
        RaiseFrom [Use Use Zero] 0 [Escapes Raises Ends];
        /// Re-raises the handled exception (bare `raise`); RuntimeError if there is none.
        RaiseHandled [Zero Zero Zero] 0 [Raises Ends];
        /// Entry of a handler: temp `a` holds the exception; it becomes the handled one, temp `a+1` = the one handled before (or empty).
        PushExc [PeekBase Zero Zero] 0 [];
        /// End of a handler: temps `a`, `a+1` as PushExc left them; restores the previous handled exception, releases both.
        PopExc [Base Zero Zero] 0 [Escapes];
        /// Restores the previous handled exception (temps `a`, `a+1` as PushExc left them) and raises temp `a` again, adding no traceback entry.
        ReraiseHandled [Base Zero Zero] 0 [Escapes Raises Ends];
        /// An exception left a handler: temps `a`, `a+1` as PushExc left them, `a+2` the new one. Restores the previous handled
        /// exception, releases `a`, raises `a+2` again, adding no traceback entry.
        ReraiseOver [Base Zero Zero] 0 [Escapes Raises Ends];
        /// Raises temp `a` again, adding no traceback entry.
        Reraise [Use Zero Zero] 0 [Raises Ends];
        /// `a =` whether exception `b` matches class (or tuple) `c`; TypeError if `c` is neither.
        ExcMatch [Out Peek Use] 0 [Escapes Raises];
        /// `except*`: temp `a` = matched part or None, temp `a+1` = rest or None; `b` the exception (consumed), `c` the class.
        /// Operands `b` and `c` may be the temps `a` and `a+1`.
        ExcGroupMatch [OutTemp Use Use] 0 [Escapes Raises];
        /// Temps `a`, `a+1` = the special method of `b` as LoadMethod would: `c` 0 __enter__, 1 __exit__, 2 __aenter__, 3 __aexit__. TypeError if missing.
        /// `b` is consumed if a temp.
        LoadSpecial [OutTemp Use Imm16] 0 [Escapes Raises];
        /// `a =` result of calling exit (temps `b`, `b+1`, as LoadSpecial left them; kept) with type, value and traceback of exception temp `b+2`.
        WithExceptStart [OutTemp PeekBase Zero] 0 [Escapes Raises];
        /// AssertionError class into `a`.
        LoadAssertionError [Out Zero Zero] 0 [];

        /// First instruction (after CopyFreeVars and MakeCell) of a generator, coroutine or async generator: makes the object, returns it.
        ReturnGenerator [Zero Zero Zero] 0 [Raises];
        /// Suspends with value `b`; on resumption `a =` the value sent. `c` is 1 inside `yield from`/`await`.
        YieldValue [OutTemp Use Imm16] 0 [Escapes Raises];
        /// Temp `a = iter(b)` for `yield from` (a generator or coroutine passes through; else checks).
        GetYieldFromIter [OutTemp Use Zero] 0 [Escapes Raises];
        /// Sends `c` to the iterator in temp `b`: `a =` what it yields; if it returns, `a =` the result and jump.
        /// Cache unit 0 bits 0..32: the jump, relative to this instruction.
        Send [OutTemp Peek Use] 2 [Escapes Raises];
        /// `a =` temp `b+1`, releases temp `b` (the finished sub-iterator).
        EndSend [Out Base Zero] 0 [Escapes];
        /// Exception temp `a` was thrown into a delegating yield: if it is StopIteration, temp `a` = its value, else raise it again.
        CleanupThrow [PeekBase Zero Zero] 0 [Raises];
        /// Temp `a` = awaitable iterator of `b`; `c` says for whom: 0 await, 1 __aenter__, 2 __aexit__.
        GetAwaitable [OutTemp Use Imm16] 0 [Escapes Raises];
        /// Temp `a = aiter(b)`.
        GetAIter [OutTemp Use Zero] 0 [Escapes Raises];
        /// Temp `a` = awaitable of `anext(b)`.
        GetANext [OutTemp Peek Zero] 0 [Escapes Raises];
        /// End of `async for`: temp `a` the asynchronous iterator, `a+1` the exception: StopAsyncIteration releases both, others are raised again.
        EndAsyncFor [Base Zero Zero] 0 [Escapes Raises];

        /// `a = __import__(names[c], ...)`; temps `b` level, `b+1` fromlist.
        ImportName [Out Base Name16] 0 [Escapes Raises];
        /// `a = from` module `b` `import names[c]`.
        ImportFrom [Out Peek Name16] 0 [Escapes Raises];

        // Below: written only by the VM, in place of the op after `of` (same operands and caches).

        /// Global found in the frame's globals. Cache: keys version, pointer to the value.
        LoadGlobalModule [Out Name32 Zero] 2 [Escapes Raises] of LoadGlobal;
        /// Global found in builtins. Cache: keys versions of globals and builtins, pointer to the value.
        LoadGlobalBuiltin [Out Name32 Zero] 2 [Escapes Raises] of LoadGlobal;
        /// Name found in the globals of module code.
        LoadNameModule [Out Name32 Zero] 2 [Escapes Raises] of LoadName;
        /// Name found in builtins by module code.
        LoadNameBuiltin [Out Name32 Zero] 2 [Escapes Raises] of LoadName;
        /// Attribute in the instance's value array. Cache: type version and slot; the name (for the method cache).
        LoadAttrValue [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Attribute in a `__slots__` word. Cache: type version, byte offset.
        LoadAttrMember [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Attribute of a module. Cache: keys version, pointer to the value.
        LoadAttrModule [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Attribute of a class that is no descriptor. Cache: version of that class, the value.
        LoadAttrClass [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Plain class attribute through an instance. Cache: type version, the value.
        LoadAttrShared [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Property with a Python getter. Cache: type version, the getter.
        LoadAttrProperty [Out Use Name16] 2 [Escapes Raises] of LoadAttr;
        /// Method of the type, not shadowed. Cache: type version, the function.
        LoadMethodType [OutTemp Use Name16] 2 [Escapes Raises] of LoadMethod;
        /// Function of a module called like a method. Cache: keys version, pointer to the value.
        LoadMethodModule [OutTemp Use Name16] 2 [Escapes Raises] of LoadMethod;
        /// Plain attribute of a class called like a method. Cache: version of that class, the value.
        LoadMethodClass [OutTemp Use Name16] 2 [Escapes Raises] of LoadMethod;
        /// Class method of a class. Cache: version of that class, the classmethod object.
        LoadMethodClassBound [OutTemp Use Name16] 2 [Escapes Raises] of LoadMethod;
        /// Static method of a class. Cache: version of that class, the staticmethod object.
        LoadMethodClassStatic [OutTemp Use Name16] 2 [Escapes Raises] of LoadMethod;
        /// Store into the instance's value array. Cache: type version and slot; the name.
        StoreAttrValue [Use Use Name16] 2 [Escapes Raises] of StoreAttr;
        /// Store into a `__slots__` word. Cache: type version, byte offset.
        StoreAttrMember [Use Use Name16] 2 [Escapes Raises] of StoreAttr;
        /// Small-int addition.
        AddInt [Out Use Use] 1 [Raises] of BinaryOp;
        /// Small-int subtraction.
        SubInt [Out Use Use] 1 [Raises] of BinaryOp;
        /// Small-int multiplication.
        MulInt [Out Use Use] 1 [Raises] of BinaryOp;
        /// Other operators on small ints (the cache says which).
        BinaryInt [Out Use Use] 1 [Raises] of BinaryOp;
        /// Small-int addition of a constant.
        AddIntK [Out Use Const16] 1 [Raises] of BinaryOpK;
        /// Small-int subtraction of a constant.
        SubIntK [Out Use Const16] 1 [Raises] of BinaryOpK;
        /// Other operators on a small int and a constant.
        BinaryIntK [Out Use Const16] 1 [Raises] of BinaryOpK;
        /// Float addition.
        AddFloat [Out Use Use] 1 [Raises] of BinaryOp;
        /// Float subtraction.
        SubFloat [Out Use Use] 1 [Raises] of BinaryOp;
        /// Float multiplication.
        MulFloat [Out Use Use] 1 [Raises] of BinaryOp;
        /// Float division; both operands floats.
        DivFloat [Out Use Use] 1 [Raises] of BinaryOp;
        /// `+ - * /` of floats and small ints mixed (the cache says which).
        BinaryNumber [Out Use Use] 1 [Raises] of BinaryOp;
        /// `+ - * /` of a float or small int and such a constant.
        BinaryNumberK [Out Use Const16] 1 [Raises] of BinaryOpK;
        /// Concatenation of two strings; appends in place to a unique one.
        AddStr [Out Use Use] 1 [Raises] of BinaryOp;
        /// Small-int comparison with a bool result.
        CompareInt [Out Use Use] 1 [Raises] of CompareOp;
        /// Small-int comparison with a constant.
        CompareIntK [Out Use Const16] 1 [Raises] of CompareOpK;
        /// Jump if small ints `a < b`.
        JumpIntLt [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small ints `a <= b`.
        JumpIntLe [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small ints `a == b`.
        JumpIntEq [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small ints `a != b`.
        JumpIntNe [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small ints `a > b`.
        JumpIntGt [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small ints `a >= b`.
        JumpIntGe [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Jump if small int `a <` the constant.
        JumpIntLtK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Jump if small int `a <=` the constant.
        JumpIntLeK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Jump if small int `a ==` the constant.
        JumpIntEqK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Jump if small int `a !=` the constant.
        JumpIntNeK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Jump if small int `a >` the constant.
        JumpIntGtK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Jump if small int `a >=` the constant.
        JumpIntGeK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Compare two floats (or a float and a small int) and jump.
        JumpFloat [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Compare a float with a number constant and jump.
        JumpFloatK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// Equality of two strings and jump.
        JumpStr [Use Use Jump16] 1 [Raises] of CompareJump;
        /// Equality of a string and a constant and jump.
        JumpStrK [Use Const16 Jump16] 1 [Raises] of CompareJumpK;
        /// `list[int]`.
        SubscrListInt [Out Use Use] 1 [Escapes Raises] of LoadSubscr;
        /// `tuple[int]`.
        SubscrTupleInt [Out Use Use] 1 [Escapes Raises] of LoadSubscr;
        /// `dict[key]`.
        SubscrDict [Out Use Use] 1 [Escapes Raises] of LoadSubscr;
        /// Item of an instance whose class defines `__getitem__` in Python: enters its frame.
        SubscrGetitem [Out Use Use] 1 [Escapes Raises] of LoadSubscr;
        /// Item of a dict at a constant.
        SubscrDictK [Out Use Const16] 1 [Escapes Raises] of LoadSubscrK;
        /// `list[constant int]`.
        SubscrListIntK [Out Use Const16] 1 [Escapes Raises] of LoadSubscrK;
        /// `tuple[constant int]`.
        SubscrTupleIntK [Out Use Const16] 1 [Escapes Raises] of LoadSubscrK;
        /// `list[int] = value`.
        StoreSubscrListInt [Use Use Use] 1 [Escapes Raises] of StoreSubscr;
        /// `dict[key] = value`.
        StoreSubscrDict [Use Use Use] 1 [Escapes Raises] of StoreSubscr;
        /// `for` over a range of small ints.
        ForIterRange [Out Peek Zero] 2 [Raises] of ForIter;
        /// `for` over a list.
        ForIterList [Out Peek Zero] 2 [Escapes Raises] of ForIter;
        /// `for` over a tuple.
        ForIterTuple [Out Peek Zero] 2 [Escapes Raises] of ForIter;
        /// `for` over a generator: its frame is entered directly.
        ForIterGenerator [Out Peek Zero] 2 [Escapes Raises] of ForIter;
        /// Another native iterator. Cache: jump distance; its type.
        ForIterNative [Out Peek Zero] 2 [Escapes Raises] of ForIter;
        /// An enumeration, a zip of two or the items of a dict, and the `UnpackSequence` of two that follows: the items go
        /// to their targets straight. Cache: jump distance, `b` says that two moves to locals are done with it; its type.
        ForIterPairs [Out Peek Zero] 2 [Escapes Raises] of ForIter;
        /// Python function, exactly its positional parameters. No cache: the code says how many it takes.
        CallPy [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// Python function, fewer than its positional parameters: the last ones have defaults. No cache.
        CallPyDefaults [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// As CallPyDefaults, for a method.
        CallMethodPyDefaults [Out Base Imm16] 2 [Escapes Raises] of CallMethod;
        /// Native function by calling shape.
        CallBuiltin [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// Python class whose instances are allocated plainly and initialised by a Python `__init__`. Cache: type version, the function.
        CallClass [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// `type(x)`.
        CallType1 [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// `len(x)`.
        CallLen [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// `isinstance(x, class)`.
        CallIsinstance [Out Base Imm16] 2 [Escapes Raises] of Call;
        /// Python method, exactly its positional parameters. No cache: the code says how many it takes.
        CallMethodPy [Out Base Imm16] 2 [Escapes Raises] of CallMethod;
        /// Native method by calling shape.
        CallMethodNative [Out Base Imm16] 2 [Escapes Raises] of CallMethod;
        /// `list.append(x)`.
        CallListAppend [Out Base Imm16] 2 [Escapes Raises] of CallMethod;
        /// Two items of a tuple.
        UnpackTuple [OutTemp Use Imm16] 1 [Escapes Raises] of UnpackSequence;
        /// Items of a list.
        UnpackList [OutTemp Use Imm16] 1 [Escapes Raises] of UnpackSequence;
        /// Send to a generator: its frame is entered directly.
        SendGenerator [OutTemp Peek Use] 2 [Escapes Raises] of Send;
        /// Any instruction without caches of code that is monitored (operands and caches stay; the code tells which it was).
        Traced [Zero Zero Zero] 0 [Escapes Raises] of Nop;
        /// As Traced, with one cache unit.
        Traced1 [Zero Zero Zero] 1 [Escapes Raises] of Nop;
        /// As Traced, with two cache units.
        Traced2 [Zero Zero Zero] 2 [Escapes Raises] of Nop;
    } };
}

/// Operator codes in the cache of `BinaryOp` (`InplaceX` = `X` + 13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[allow(missing_docs)]
pub enum Binary { Add, Sub, Mul, MatMul, TrueDiv, FloorDiv, Mod, Pow, LShift, RShift, And, Or, Xor,
    InplaceAdd, InplaceSub, InplaceMul, InplaceMatMul, InplaceTrueDiv, InplaceFloorDiv, InplaceMod, InplacePow,
    InplaceLShift, InplaceRShift, InplaceAnd, InplaceOr, InplaceXor }

impl Binary {
    /// Number of plain operators; the in-place ones follow in the same order.
    pub const PLAIN: u16 = 13;
    /// Decodes a cache field; `None` if it is no operator.
    pub fn from_u16(n: u16) -> Option<Self> {
        // SAFETY: the enum is repr(u16) with the dense values 0..26.
        if n < 2 * Self::PLAIN { Some(unsafe { core::mem::transmute::<u16, Self>(n) }) } else { None }
    }
    /// The operator as Python spells it.
    pub fn symbol(self) -> &'static str {
        ["+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "+=", "-=", "*=", "@=", "/=", "//=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="][self as usize]
    }
}

/// Comparison codes, numbered as `Py_LT..Py_GE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
#[allow(missing_docs)]
pub enum Compare { Lt, Le, Eq, Ne, Gt, Ge }

impl Compare {
    /// Decodes a cache field; `None` if it is no comparison.
    pub fn from_u16(n: u16) -> Option<Self> {
        [Self::Lt, Self::Le, Self::Eq, Self::Ne, Self::Gt, Self::Ge].get(n as usize).copied()
    }
    /// The operator as Python spells it.
    pub fn symbol(self) -> &'static str { ["<", "<=", "==", "!=", ">", ">="][self as usize] }
    /// The comparison with operands exchanged.
    pub fn swapped(self) -> Self {
        match self { Self::Lt => Self::Gt, Self::Le => Self::Ge, Self::Gt => Self::Lt, Self::Ge => Self::Le, same => same }
    }
}

/// One-operand helpers of `Op::Intrinsic1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Intrinsic1 {
    /// Interactive mode: `sys.displayhook(b)`.
    Print = 1,
    /// `from b import *` into the namespace.
    ImportStar = 2,
    /// StopIteration (or StopAsyncIteration in async generators) leaving a generator becomes RuntimeError (PEP 479); returns the exception to raise.
    StopIterationError = 3,
    /// Wraps a value yielded by an async generator.
    AsyncGenWrap = 4,
    /// `TypeVar(b)`.
    TypeVar = 5,
    /// `ParamSpec(b)`.
    ParamSpec = 6,
    /// `TypeVarTuple(b)`.
    TypeVarTuple = 7,
    /// `Generic[*b]` for a tuple of type parameters.
    SubscriptGeneric = 8,
    /// `TypeAliasType` from the tuple (name, type parameters or None, function computing the value).
    TypeAlias = 9,
}

/// Two-operand helpers of `Op::Intrinsic2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Intrinsic2 {
    /// `except*`: exception to raise again (or None) from (original, list of parts).
    PrepReraiseStar = 1,
    /// TypeVar from (name, function computing the bound).
    TypeVarWithBound = 2,
    /// TypeVar from (name, function computing the constraints).
    TypeVarWithConstraints = 3,
    /// Function `b` gets `__type_params__` `b+1`; the function is the result.
    SetFunctionTypeParams = 4,
    /// Type parameter `b` gets the default computed by function `b+1`; the parameter is the result.
    SetTypeParamDefault = 5,
}
