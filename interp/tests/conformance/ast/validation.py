# needs: ast, re
# What compile() refuses in trees, and with which words.
import ast, re
L=dict(lineno=1,col_offset=0,end_lineno=1,end_col_offset=0)
def name(n='x',ctx=None): return ast.Name(n, ctx or ast.Load(), **L)
def mod(*b): return ast.fix_missing_locations(ast.Module(list(b), []))
def ex(e): return mod(ast.Expr(e))
S=ast.Store
cases = [
 lambda: compile(ast.Module([1],[]),'x','exec'),
 lambda: compile(ast.Module(1,[]),'x','exec'),
 lambda: compile(ast.Expression(name()),'x','exec'),
 lambda: compile(ast.Module([],[]),'x','eval'),
 lambda: compile(ast.Module([],[]),'x','single'),
 lambda: compile(ast.Module([ast.Pass()],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=1)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno='a',col_offset=0)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=10**10,col_offset=0)],[]),'x','exec'),
 lambda: compile(ast.Module([None],[]),'x','exec'),
 lambda: compile(ex(name('None')),'x','exec'),
 lambda: compile(ex(name('x',S())),'x','exec'),
 lambda: compile(ex(name(1)),'x','exec'),
 lambda: compile(ex(ast.BoolOp(ast.And(),[name()])),'x','exec'),
 lambda: compile(ex(ast.BoolOp(ast.Add(),[name(),name()])),'x','exec'),
 lambda: compile(ex(ast.BinOp(name(),ast.And(),name())),'x','exec'),
 lambda: compile(ex(ast.UnaryOp(ast.And(),name())),'x','exec'),
 lambda: compile(ex(ast.Compare(name(),[],[])),'x','exec'),
 lambda: compile(ex(ast.Compare(name(),[ast.Eq()],[name(),name()])),'x','exec'),
 lambda: compile(ex(ast.Compare(name(),[ast.Add()],[name()])),'x','exec'),
 lambda: compile(ex(ast.Dict([name()],[])),'x','exec'),
 lambda: compile(ex(ast.Dict([name()],[None])),'x','exec'),
 lambda: compile(ex(ast.List([None],ast.Load())),'x','exec'),
 lambda: compile(ex(ast.List([name()],S())),'x','exec'),
 lambda: compile(ex(ast.ListComp(name(),[])),'x','exec'),
 lambda: compile(ex(ast.Lambda(None,name())),'x','exec'),
 lambda: compile(ex(ast.Lambda(ast.arguments([],[],None,[],[],None,[name()]),name())),'x','exec'),
 lambda: compile(ex(ast.Lambda(ast.arguments([],[],None,[ast.arg('x')],[],None,[]),name())),'x','exec'),
 lambda: compile(ex(ast.Constant(object)),'x','exec'),
 lambda: compile(ex(ast.Constant([1])),'x','exec'),
 lambda: compile(ex(ast.Constant((1,[2]))),'x','exec'),
 lambda: compile(ex(ast.Constant(1,kind=2)),'x','exec'),
 lambda: compile(mod(ast.Assign([],name())),'x','exec'),
 lambda: compile(mod(ast.Assign([name()],name())),'x','exec'),
 lambda: compile(mod(ast.Assign([ast.Constant(1)],name())),'x','exec'),
 lambda: compile(mod(ast.Assign([name('x',S())],None)),'x','exec'),
 lambda: compile(mod(ast.Delete([])),'x','exec'),
 lambda: compile(mod(ast.Delete([name()])),'x','exec'),
 lambda: compile(mod(ast.If(name(),[],[])),'x','exec'),
 lambda: compile(mod(ast.While(name(),[],[])),'x','exec'),
 lambda: compile(mod(ast.For(name('a',S()),name(),[],[])),'x','exec'),
 lambda: compile(mod(ast.For(name('a'),name(),[ast.Pass()],[])),'x','exec'),
 lambda: compile(mod(ast.With([],[ast.Pass()])),'x','exec'),
 lambda: compile(mod(ast.With([ast.withitem(name())],[])),'x','exec'),
 lambda: compile(mod(ast.Raise(None,name())),'x','exec'),
 lambda: compile(mod(ast.Try([ast.Pass()],[],[],[])),'x','exec'),
 lambda: compile(mod(ast.Try([ast.Pass()],[],[ast.Pass()],[ast.Pass()])),'x','exec'),
 lambda: compile(mod(ast.TryStar([ast.Pass()],[],[],[])),'x','exec'),
 lambda: compile(mod(ast.Try([ast.Pass()],[ast.ExceptHandler(None,None,[])],[],[])),'x','exec'),
 lambda: compile(mod(ast.Import([])),'x','exec'),
 lambda: compile(mod(ast.ImportFrom('a',[],0)),'x','exec'),
 lambda: compile(mod(ast.ImportFrom('a',[ast.alias('b')],-1)),'x','exec'),
 lambda: compile(mod(ast.Global([])),'x','exec'),
 lambda: compile(mod(ast.Global([1])),'x','exec'),
 lambda: compile(mod(ast.Nonlocal(['x'])),'x','exec'),
 lambda: compile(mod(ast.AnnAssign(ast.Attribute(name(),'a',S()),name(),None,1)),'x','exec'),
 lambda: compile(mod(ast.AnnAssign(name('x',S()),name(),None,'z')),'x','exec'),
 lambda: compile(mod(ast.TypeAlias(ast.Attribute(name(),'a',S()),[],name())),'x','exec'),
 lambda: compile(mod(ast.FunctionDef('f',ast.arguments(),[])),'x','exec'),
 lambda: compile(mod(ast.FunctionDef(None,ast.arguments(),[ast.Pass()])),'x','exec'),
 lambda: compile(mod(ast.ClassDef('f',[],[],[],[])),'x','exec'),
 lambda: compile(mod(ast.ClassDef('f',[],[],[ast.Pass()],[name('a',S())])),'x','exec'),
 lambda: compile(mod(ast.Return(name())),'x','exec'),
 lambda: compile(mod(ast.Match(name(),[])),'x','exec'),
 lambda: compile(mod(ast.Match(name(),[ast.match_case(ast.MatchValue(name()),None,[ast.Pass()])])),'x','exec'),
] + [ (lambda p=p: compile(mod(ast.Match(name(),[ast.match_case(p,None,[ast.Pass()])])),'x','exec')) for p in [
   ast.MatchValue(ast.Constant(True)), ast.MatchValue(ast.Constant(...)), ast.MatchValue(ast.Constant((1,))), ast.MatchValue(ast.Constant(-5)),
   ast.MatchSingleton(1), ast.MatchStar('a'), ast.MatchAs(ast.MatchSingleton(None)), ast.MatchAs(None,'_'), ast.MatchAs(None,'None'), ast.MatchOr([ast.MatchSingleton(None)]),
   ast.MatchMapping([name()],[]), ast.MatchMapping([name()],[ast.MatchAs()]), ast.MatchMapping([],[],rest='_'), ast.MatchClass(ast.Constant(1),[],[],[]), ast.MatchClass(name(),[],['a'],[]),
   ast.MatchClass(name(),[],['True'],[ast.MatchAs()]), ast.MatchSequence([ast.MatchStar('_')]), ast.MatchSequence([ast.MatchStar('a'),ast.MatchStar('b')]),
   ast.MatchValue(ast.UnaryOp(ast.Not(),ast.Constant(1))), ast.MatchValue(ast.BinOp(ast.Constant(1),ast.Add(),ast.Constant(2))), ast.MatchValue(ast.UnaryOp(ast.USub(),ast.Constant('x'))), 5]] + [
 lambda: compile(ast.Module([ast.Pass(lineno=5,col_offset=0,end_lineno=4,end_col_offset=1)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=5,col_offset=6,end_lineno=5,end_col_offset=1)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=-5,col_offset=6,end_lineno=5,end_col_offset=1)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=5,col_offset=-6,end_lineno=5,end_col_offset=1)],[]),'x','exec'),
 lambda: compile(ast.Module([ast.Pass(lineno=-5,col_offset=-6,end_lineno=-5,end_col_offset=-6)],[]),'x','exec'),
 lambda: compile(ex(ast.Starred(name(),ast.Load())),'x','exec'),
 lambda: compile(ex(ast.Yield(name())),'x','exec'),
 lambda: compile(ex(ast.Await(name())),'x','exec'),
 lambda: compile(ex(ast.Slice()),'x','exec'),
 lambda: compile(ex(ast.FormattedValue(name(),5)),'x','exec'),
 lambda: compile(mod(ast.Break()),'x','exec'),
 lambda: compile(mod(ast.Continue()),'x','exec'),
 lambda: compile(mod(ast.Assign([ast.Tuple([ast.Starred(name('a',S()),S()),ast.Starred(name('a',S()),S())],S())],name())),'x','exec'),
 lambda: compile(mod(ast.Assign([ast.Starred(name('a',S()),S())],name())),'x','exec'),
 lambda: compile(mod(ast.Assign([name('__debug__',S())],name())),'x','exec'),
 lambda: compile(ast.Name,'x','exec'),
 lambda: compile(ast.AST(),'x','exec'),
 lambda: compile(mod(ast.ImportFrom('__future__',[ast.alias('braces')],0)),'x','exec'),
 lambda: compile(mod(ast.Pass(),ast.ImportFrom('__future__',[ast.alias('annotations')],0)),'x','exec'),
 lambda: compile(mod(ast.FunctionDef('f',ast.arguments(args=[ast.arg('a'),ast.arg('a')]),[ast.Pass()])),'x','exec'),
 lambda: compile(mod(ast.FunctionDef('f',ast.arguments(args=[ast.arg('a')]),[ast.Pass()],type_params=[ast.TypeVar('None')])),'x','exec'),
 lambda: compile(mod(ast.FunctionDef('f',ast.arguments(args=[ast.arg('a')]),[ast.Pass()],type_params=[ast.ParamSpec('T'),ast.ParamSpec('T')])),'x','exec'),
 lambda: compile(ex(ast.Call(name(),[],[ast.keyword('a',name()),ast.keyword('a',name())])),'x','exec'),
 lambda: compile(ex(ast.Call(name(),[ast.keyword('a',name())],[])),'x','exec'),
 lambda: compile(ex(ast.Call(name(),[],[name()])),'x','exec'),
]
for i,c in enumerate(cases):
    try: c(); print(i,'fine')
    except SyntaxError as e: print(i, type(e).__name__, e.msg)
    except BaseException as e:
        print(i, type(e).__name__, re.sub('0x[0-9a-f]+','0x',str(e)))


def check(statement):
    try:
        compile(mod(statement), 'x', 'exec')
        print('fine')
    except Exception as e:
        print(type(e).__name__, e)


check(ast.Expr(ast.Attribute(name(),'None',ast.Load())))
check(ast.Expr(ast.Call(name(),[],[ast.keyword('None',name())])))
check(ast.FunctionDef('f',ast.arguments(args=[ast.arg('None')]),[ast.Pass()]))
check(ast.Global(['None']))
check(ast.ImportFrom('None',[ast.alias('x')],0))
check(ast.Import([ast.alias('None.x')]))
check(ast.Import([ast.alias('x','None')]))
check(ast.ImportFrom('a',[ast.alias('None')],0))
check(ast.Nonlocal(['None']))
check(ast.Expr(ast.Lambda(ast.arguments(vararg=ast.arg('None')),name())))
check(ast.ClassDef('None',[],[],[ast.Pass()],[]))
check(ast.ClassDef('x',[],[ast.keyword('True',name())],[ast.Pass()],[]))
check(ast.Expr(ast.Attribute(name(),'__debug__',ast.Load())))

for node, mode in [(ast.Constant(1), "exec"), (ast.Constant(1), "func_type"), (ast.Expression(name()), "single"), (ast.expr(**L), "eval")]:
    for flags in (ast.PyCF_ONLY_AST, ast.PyCF_OPTIMIZED_AST):
        try:
            compile(node, "x", mode, flags)
        except TypeError as e:
            print(re.sub("0x[0-9a-f]+", "0x", str(e)))
try:
    compile(ast.fix_missing_locations(ast.Expression(ast.expr())), "x", "eval")
except TypeError as e:
    print(re.sub("0x[0-9a-f]+", "0x", str(e)))
